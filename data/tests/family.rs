//! Families: many sets in one format under one entry of the manifest, such as the categories of Quick, Draw!.

mod support;

use std::collections::HashSet;
use std::fs;

use data::{Choice, Manifest, OriginKind, Store};
use support::{Reply, Server, tree};
use synthetic::drawings;
use tempfile::tempdir;

const FAMILY: &str = r#"
    [[set]]
    name = "draw/{category}"
    title = "Drawings of a {category}"
    licence = "none"
    citation = "none"
    categories = ["ant", "hot air balloon", "The Mona Lisa", "t-shirt"]
    [[set.file]]
    name = "{category}.npy"
    npy = { rows = 2, columns = 3 }
    [set.synthetic]
    title = "no {category}"
    generator = "drawings/{category}"
    categories = ["ant"]
"#;

fn official(base: &str) -> Manifest {
    let source = format!(
        "[[set.source]]\nkind = 'official'\ntitle = 'test'\nbase = '{base}draw/'\nfiles = ['{{category}}.npy']\n"
    );
    Manifest::parse(&FAMILY.replace("[set.synthetic]", &format!("{source}[set.synthetic]"))).unwrap()
}

/// A NumPy file of bytes with these words in its header.
fn npy(kind: &str, order: &str, shape: &str, bytes: usize) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &vec![7; bytes]].concat()
}

fn good() -> Vec<u8> {
    npy("|u1", "False", "(2, 3)", 6)
}

#[test]
fn quick_draw_has_a_set_for_each_category() {
    let manifest = Manifest::embedded().unwrap();
    let family = manifest.sets.iter().find(|set| !set.categories.is_empty()).unwrap();
    assert_eq!(family.categories.len(), 345);
    assert!(family.categories.iter().any(|category| category == "picture frame"), "Google's name");
    let titles: HashSet<String> = family
        .categories
        .iter()
        .map(|category| {
            let set = manifest.set(&format!("quickdraw/{category}")).unwrap();
            assert_eq!(set.files[0].name, format!("{category}.npy"));
            assert_eq!(set.sources.len(), 2);
            assert!(!format!("{set:?}").contains("{category}"), "{set:?}");
            set.title
        })
        .collect();
    assert_eq!(titles.len(), 345);
}

#[test]
fn categories_that_can_be_drawn_have_synthetic_data() {
    let manifest = Manifest::embedded().unwrap();
    let family = manifest.sets.iter().find(|set| !set.categories.is_empty()).unwrap();
    let drawn: HashSet<&str> = drawings::categories().collect();
    assert_eq!(drawn.len(), 10);
    for category in &family.categories {
        let synthetic = manifest.set(&format!("quickdraw/{category}")).unwrap().synthetic;
        assert_eq!(synthetic.is_some(), drawn.contains(category.as_str()), "{category}");
    }
    let error = Store::at("nowhere").unwrap().fetch("quickdraw/yoga", Choice::Synthetic).unwrap_err().to_string();
    assert!(error.contains("no synthetic data for `quickdraw/yoga`"), "{error}");
    for category in drawn {
        assert!(error.contains(&format!("quickdraw/{category}")), "{error}");
    }
}

#[test]
fn a_category_may_be_written_in_a_shells_way() {
    let manifest = Manifest::parse(FAMILY).unwrap();
    for (written, name) in [
        ("draw/ant", "draw/ant"),
        ("draw/hot air balloon", "draw/hot air balloon"),
        ("draw/hot-air_balloon", "draw/hot air balloon"),
        ("draw/the-mona-lisa", "draw/The Mona Lisa"),
        ("draw/T Shirt", "draw/t-shirt"),
    ] {
        assert_eq!(manifest.set(written).unwrap().name, name);
    }
}

#[test]
fn unknown_categories_get_the_nearest_name() {
    let store = Store::at("nowhere").unwrap();
    let cases = [
        ("quickdraw/camle", "there is no data set `quickdraw/camle`; did you mean `quickdraw/camel`?"),
        ("quickdraw/hot-air-baloon", "did you mean `quickdraw/hot air balloon`?"),
        ("quickdraw/../mnist", "there is no data set"),
        ("quickdraw/camel/x", "there is no data set"),
        ("quickdraw", "name one, such as `quickdraw/camel` (to list all 345: cargo book data list quickdraw)"),
        ("quickdraw/", "name one, such as"),
        ("quickdraw/{category}", "cargo book data list quickdraw"),
        ("mnist/camel", "there is no data set `mnist/camel`; did you mean `mnist`?"),
        ("quikdraw/camel", "did you mean `quickdraw/{category}`?"),
    ];
    for (name, complaint) in cases {
        for choice in [Choice::Any, Choice::Real, Choice::Synthetic] {
            let error = store.fetch(name, choice).unwrap_err().to_string();
            assert!(error.contains(complaint) && !error.contains('\n'), "no '{complaint}' in: {error}");
        }
    }
}

#[test]
fn mistakes_are_told() {
    Manifest::parse(FAMILY).unwrap();
    let cases = [
        ("draw/{category}\"", "draw\"", "its name must be `draw/{category}`"),
        ("draw/{category}\"", "draw/{kind}\"", "its name must be `draw/{category}`"),
        ("draw/{category}\"", "../{category}\"", "lowercase letters"),
        ("\"ant\", ", "\"ant\", \"../ant\", ", "invalid category `../ant`"),
        ("\"ant\", ", "\"ant\", \" \", ", "invalid category ` `"),
        ("\"ant\", ", "\"ant\", \"T-Shirt\", ", "`t-shirt` is listed twice"),
        ("[\"ant\"]", "[\"bee\"]", "the unknown category `bee`"),
        ("rows = 2, ", "", "missing field `rows`"),
        ("categories = [\"ant\", \"hot", "kinds = [\"ant\", \"hot", "unknown field"),
    ];
    for (right, wrong, complaint) in cases {
        let error = format!("{:#}", Manifest::parse(&FAMILY.replace(right, wrong)).unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
}

#[test]
fn a_mirror_has_all_categories_in_one_folder() {
    let (mirror, cache) = (tempdir().unwrap(), tempdir().unwrap());
    fs::create_dir(mirror.path().join("draw")).unwrap();
    fs::write(mirror.path().join("draw/hot air balloon.npy"), good()).unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(Manifest::parse(FAMILY).unwrap());
    let store = store.with_mirror(mirror.path().display().to_string());

    let set = store.fetch("draw/hot-air-balloon", Choice::Real).unwrap();
    assert_eq!((set.name.as_str(), set.origin.kind), ("draw/hot air balloon", OriginKind::Mirror));
    assert_eq!(fs::read(set.file("hot air balloon.npy")).unwrap(), good());
    assert_eq!(tree(cache.path()), ["draw/hot air balloon/hot air balloon.npy", "draw/hot air balloon/origin.json"]);
    assert!(store.verify("draw/hot air balloon").unwrap()[0].problems.is_empty());
    assert_eq!(store.find("draw/ant", Choice::Any).unwrap(), None);

    let names = |entries: Vec<data::Entry>| entries.into_iter().map(|entry| entry.set.name).collect::<Vec<_>>();
    assert_eq!(names(store.list()), ["draw/{category}", "draw/hot air balloon"]);
    assert_eq!(names(store.list_one("draw").unwrap()), names(store.list()));
    assert_eq!(names(store.list_one("draw/ant").unwrap()), ["draw/ant"]);
    assert!(store.list()[0].real.is_none() && store.list()[1].real.is_some());

    let error = store.fetch("draw/t-shirt", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("has no `t-shirt.npy`"), "{error}");
    assert!(error.contains("has the files in `draw/`"), "{error}");
    assert!(error.contains("use a category with synthetic data: draw/ant"), "{error}");
}

#[test]
fn spaces_in_an_address_are_escaped() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "/draw/hot%20air%20balloon.npy" => Reply::new(200, good()),
        _ => Reply::new(404, ""),
    });
    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(official(&server.base));
    let set = store.fetch("draw/hot air balloon", Choice::Any).unwrap();
    assert_eq!((set.origin.kind, set.origin.remark), (OriginKind::Official, None));
}

#[test]
fn files_of_another_form_are_refused() {
    let longer = [good(), vec![0]].concat();
    let cases = [
        (npy("|u1", "False", "(1, 3)", 3), "shape [1, 3]; it needs at least 2 rows of 3 columns"),
        (npy("|u1", "False", "(2, 4)", 8), "shape [2, 4]"),
        (npy("|u1", "False", "(9, 3)", 6), "bytes, but its shape needs"),
        (npy("|u1", "False", "(18446744073709551615, 3)", 6), "bytes, but its shape needs"),
        (npy("<f4", "False", "(2, 3)", 24), "not a NumPy array of unsigned bytes"),
        (npy("|u1", "True", "(2, 3)", 6), "row by row"),
        (npy("|u1", "False", "(6,)", 6), "two dimensions"),
        (longer, "bytes, but its shape needs"),
        (good()[..20].to_vec(), "truncated"),
        (b"<html>not found</html>".to_vec(), "not a NumPy file"),
        (vec![], "too short"),
    ];
    for (bytes, complaint) in cases {
        let server = Server::start(move |_, _| Reply::new(200, bytes.clone()));
        let cache = tempdir().unwrap();
        let store = Store::at(cache.path()).unwrap().with_manifest(official(&server.base));
        let error = format!("{:#}", store.fetch("draw/t-shirt", Choice::Real).unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        assert!(tree(cache.path()).is_empty(), "{:?}", tree(cache.path()));
    }
}
