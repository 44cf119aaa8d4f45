//! The project's manifest, and invalid manifests.

use clap::ValueEnum;
use data::{Choice, Manifest};

#[test]
fn the_projects_manifest_is_sound() {
    let manifest = Manifest::embedded().unwrap();
    let mnist = manifest.set("mnist").unwrap();
    assert_eq!(mnist.files[0].idx, Some(vec![60_000, 28, 28]));
    assert_eq!(mnist.files[0].bytes, Some(16 + 60_000 * 28 * 28));
    assert_eq!(mnist.sources.len(), 3);
    assert!(mnist.synthetic.is_some());
    assert_eq!(manifest.set("fashion-mnist").unwrap().files.len(), 4);
    let cifar10 = manifest.set("cifar10").unwrap();
    assert!(cifar10.files[..6].iter().all(|file| file.cifar == Some(10_000)));
    assert!(cifar10.synthetic.is_some());
}

#[test]
fn mistakes_are_told() {
    let good = r#"
        [[set]]
        name = "a"
        title = "A"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "one"
        idx = [1]
        [[set.source]]
        kind = "official"
        title = "somebody"
        base = "http://somewhere/"
        files = ["one.gz"]
    "#;
    Manifest::parse(good).unwrap();
    let cases = [
        ("name = \"a\"", "name = \"../a\"", "lowercase letters"),
        ("name = \"one\"", "name = \"../one\"", "without `..`"),
        ("name = \"one\"", "name = \"/one\"", "without `..`"),
        ("name = \"one\"", "name = \"origin.json\"", "reserved"),
        ("idx = [1]", "bytes = 1", "needs a check"),
        ("idx = [1]", "sha256 = \"12\"", "64 lowercase hexadecimal digits"),
        ("files = [\"one.gz\"]", "files = [\"two.gz\"]", "no file `two.gz`"),
        ("files = [\"one.gz\"]", "files = []", "a source has no file `one`"),
        ("http://somewhere/", "http://somewhere", "must end in `/`"),
        ("licence", "license", "unknown field"),
        ("official", "rumour", "unknown variant"),
    ];
    for (right, wrong, complaint) in cases {
        let error = Manifest::parse(&good.replace(right, wrong)).unwrap_err();
        assert!(format!("{error:#}").contains(complaint), "{error:#}");
    }
    let twice = format!("{good}{good}");
    assert!(Manifest::parse(&twice).unwrap_err().to_string().contains("twice"));
}

#[test]
fn a_source_may_have_a_file_under_another_name() {
    let text = |there: &str| {
        format!(
            "[[set]]\nname = 'a'\ntitle = 'A'\nlicence = 'none'\ncitation = 'none'\n[[set.file]]\nname = 'one'\n\
             holds = ['1']\n[[set.source]]\nkind = 'official'\ntitle = 'somebody'\nbase = 'http://somewhere/'\n\
             renamed = {{ 'eins' = '{there}' }}\n"
        )
    };
    Manifest::parse(&text("one")).unwrap();
    let error = Manifest::parse(&text("two")).unwrap_err();
    assert!(format!("{error:#}").contains("no file `two`"), "{error:#}");
}

#[test]
fn choices_read_as_they_print() {
    for choice in [Choice::Any, Choice::Real, Choice::Synthetic] {
        assert_eq!(<Choice as ValueEnum>::from_str(&choice.to_string(), false).unwrap(), choice);
    }
    // The old name, which nothing shows.
    assert_eq!(<Choice as ValueEnum>::from_str("generated", false).unwrap(), Choice::Synthetic);
    let shown = Choice::value_variants().iter().filter_map(|choice| choice.to_possible_value());
    assert_eq!(shown.map(|value| value.get_name().to_string()).collect::<Vec<_>>(), ["any", "real", "synthetic"]);
}
