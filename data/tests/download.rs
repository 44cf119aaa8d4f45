//! Downloads from servers that work, lose the connection, cannot resume, or send something else.

mod support;

use data::{Choice, OriginKind};
use support::{Reply, Server, content, gz, official, store, tree};
use tempfile::tempdir;
use testing::bytes::sha256;

const WHOLE: [&str; 2] = ["small/numbers", "small/origin.json"];

#[test]
fn plain_and_packed_files_arrive_checked() {
    for name in ["numbers", "numbers.gz"] {
        let server =
            Server::start(move |_, _| Reply::new(200, if name.ends_with(".gz") { gz(&content()) } else { content() }));
        let cache = tempdir().unwrap();
        let set = store(cache.path(), &official(&server.base, name)).fetch("small", Choice::Any).unwrap();
        assert_eq!(std::fs::read(set.file("numbers")).unwrap(), content());
        assert_eq!(set.origin.kind, OriginKind::Official);
        assert!(!set.origin.synthetic);
        assert_eq!(set.origin.files[0].sha256, sha256(&content()));
        assert_eq!(tree(cache.path()), WHOLE);
    }
}

#[test]
fn a_plain_file_under_a_packed_name_is_taken_as_it_is() {
    // Some servers and browsers unpack a file on its way and keep its name.
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let set = store(cache.path(), &official(&server.base, "numbers.gz")).fetch("small", Choice::Any).unwrap();
    assert_eq!(std::fs::read(set.file("numbers")).unwrap(), content());
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &official(&server.base, "numbers"));
    let first = store.fetch("small", Choice::Any).unwrap();
    assert_eq!(store.fetch("small", Choice::Real).unwrap(), first);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let server = Server::start(|request, number| {
        let reply = Reply::with_ranges(request, &content(), "\"one\"");
        if number == 0 { reply.breaks_after(40_000) } else { reply }
    });
    let cache = tempdir().unwrap();
    store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].range, Some(40_000));
    assert_eq!(requests[1].if_range.as_deref(), Some("\"one\""));
    assert_eq!(tree(cache.path()), WHOLE);
}

#[test]
fn a_later_run_goes_on_where_an_earlier_one_was_stopped() {
    let cache = tempdir().unwrap();
    // The first run loses its connection until it gives up, and leaves what it has.
    let server = Server::start(|request, number| match number {
        0 => Reply::with_ranges(request, &content(), "\"one\"").breaks_after(40_000),
        1..=3 => Reply::with_ranges(request, &content(), "\"one\"").breaks_after(0),
        _ => Reply::with_ranges(request, &content(), "\"one\""),
    });
    let sources = official(&server.base, "numbers");
    let error = store(cache.path(), &sources).fetch("small", Choice::Any).unwrap_err();
    assert!(format!("{error:#}").contains("interrupted"), "{error:#}");
    assert!(!cache.path().join("small").exists());
    let stopped_after = server.requests().len();
    store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
    let next = &server.requests()[stopped_after..];
    assert_eq!(next[0].range, Some(40_000));
    assert_eq!(tree(cache.path()), WHOLE);
}

#[test]
fn a_server_that_breaks_at_the_same_place_is_given_up() {
    // It cannot resume, so each attempt begins anew and brings the same bytes.
    let server = Server::start(|_, _| Reply::new(200, content()).breaks_after(40_000));
    let cache = tempdir().unwrap();
    let error = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap_err();
    assert!(format!("{error:#}").contains("was interrupted 3 times"), "{error:#}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_server_that_is_away_for_a_moment_is_asked_again() {
    let server = Server::start(|request, number| match number {
        0 => Reply::with_ranges(request, &content(), "\"one\"").breaks_after(40_000),
        1 => Reply::new(503, "later"),
        _ => Reply::with_ranges(request, &content(), "\"one\""),
    });
    let cache = tempdir().unwrap();
    let sources = official(&server.base, "numbers");
    store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
    assert_eq!(server.requests()[2].range, Some(40_000));
    // A server that never answered is not waited for.
    let server = Server::start(|_, _| Reply::new(503, "later"));
    let cache = tempdir().unwrap();
    let error = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap_err();
    assert!(format!("{error:#}").contains("HTTP 503") && server.requests().len() == 1, "{error:#}");
}

#[test]
fn a_length_beyond_all_bounds_is_refused() {
    let server = Server::start(|request, number| match number {
        0 => Reply::with_ranges(request, &content(), "\"one\"").breaks_after(40_000),
        _ => Reply::new(206, "").header("Content-Range: bytes 40000-99999/100000").claims(u64::MAX),
    });
    let cache = tempdir().unwrap();
    let error = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap_err();
    assert!(format!("{error:#}").contains("more than the"), "{error:#}");
}

#[test]
fn a_file_that_changed_meanwhile_is_fetched_from_its_start() {
    let server = Server::start(|request, number| {
        if number == 0 {
            Reply::with_ranges(request, &[7; 100_000], "\"old\"").breaks_after(40_000)
        } else {
            Reply::with_ranges(request, &content(), "\"new\"")
        }
    });
    let cache = tempdir().unwrap();
    let set = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap();
    assert_eq!(std::fs::read(set.file("numbers")).unwrap(), content());
}

#[test]
fn a_server_without_ranges_sends_all_again() {
    for header in ["X-Nothing: 1", "ETag: \"one\"", "ETag: W/\"weak\""] {
        let server = Server::start(move |_, number| {
            let reply = Reply::new(200, content()).header(header);
            if number == 0 { reply.breaks_after(40_000) } else { reply }
        });
        let cache = tempdir().unwrap();
        let set = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap();
        assert_eq!(std::fs::read(set.file("numbers")).unwrap(), content());
        assert_eq!(server.requests()[1].range.is_some(), header == "ETag: \"one\"");
    }
}

#[test]
fn a_server_that_sends_another_range_is_asked_for_all() {
    let server = Server::start(|request, number| match (number, request.range) {
        (0, _) => Reply::new(200, content()).header("ETag: \"one\"").breaks_after(40_000),
        (_, Some(_)) => Reply::new(206, &content()[10..]).header("Content-Range: bytes 10-99999/100000"),
        _ => Reply::new(200, content()),
    });
    let cache = tempdir().unwrap();
    let set = store(cache.path(), &official(&server.base, "numbers")).fetch("small", Choice::Any).unwrap();
    assert_eq!(std::fs::read(set.file("numbers")).unwrap(), content());
}

#[test]
fn a_missing_file_is_told_and_the_next_source_tried() {
    let empty = Server::start(|_, _| Reply::new(404, "no"));
    let full = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let sources = official(&empty.base, "numbers") + &official(&full.base, "numbers");
    let set = store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
    assert!(set.origin.description.contains(&full.base));
    assert_eq!(empty.requests().len(), 1, "a 404 is final");

    let cache = tempdir().unwrap();
    let error = store(cache.path(), &official(&empty.base, "numbers")).fetch("small", Choice::Any).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("HTTP 404") && text.contains("GDL_MIRROR"), "{text}");
    assert!(tree(cache.path()).is_empty());
}

#[test]
fn wrong_content_is_refused_and_not_kept() {
    let mut damaged = content();
    damaged[50_000] ^= 1;
    let cut_off = gz(&content())[..60_000].to_vec();
    let cases = [
        ("numbers", damaged.clone(), "wrong checksum"),
        ("numbers", content()[..99_999].to_vec(), "99999 bytes"),
        ("numbers", [content(), vec![0; 10]].concat(), "longer than 100000 bytes"),
        ("numbers", vec![0; 10_000_000], "more than the"),
        ("numbers.gz", gz(&damaged), "wrong checksum"),
        ("numbers.gz", cut_off, "cannot unpack"),
        ("numbers.gz", gz(&vec![0; 10_000_000]), "longer than 100000 bytes"),
    ];
    for (name, body, complaint) in cases {
        let server = Server::start(move |_, _| Reply::new(200, body.clone()));
        let cache = tempdir().unwrap();
        let error = store(cache.path(), &official(&server.base, name)).fetch("small", Choice::Any).unwrap_err();
        assert!(format!("{error:#}").contains(complaint), "{error:#}");
        assert!(tree(cache.path()).is_empty(), "{:?}", tree(cache.path()));
    }
}

#[test]
fn nobody_at_the_address() {
    let cache = tempdir().unwrap();
    let sources = official("http://127.0.0.1:9/", "numbers"); // port 9 refuses connections
    let error = store(cache.path(), &sources).fetch("small", Choice::Real).unwrap_err();
    assert!(format!("{error:#}").contains("no answer"), "{error:#}");
    assert!(tree(cache.path()).is_empty());
}

#[test]
fn a_server_without_encryption_is_not_trusted_at_an_https_address() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let base = server.base.replace("http:", "https:");
    let error = store(cache.path(), &official(&base, "numbers")).fetch("small", Choice::Real).unwrap_err();
    assert!(format!("{error:#}").contains("no answer"), "{error:#}");
}
