//! What a table may leave out, and which tables are refused.

use catalog::Table;

const HEAD: &str = "chapter = 3\npackage = \"ch03\"\ntitle = \"Three\"\npages = \"89-124\"\n";

/// A chapter of two experiments; the second, 03_02, analyses what 03_01 trained.
fn text() -> String {
    let entry = |id: &str, name: &str, more: &str| {
        format!(
            "\n[[experiment]]\nid = {id:?}\nname = {name:?}\ntitle = \"Do it\"\npages = \"94\"\nminutes = 0.5\n{more}\n"
        )
    };
    let second = "needs = \"03_01\"\nsection = \"Look\"\nfigures = [\"grid\"]\nshows = [\"a grid, decoded\"]\n";
    [HEAD, &entry("03_01", "train", "figures = [\"training_strip\"]"), &entry("03_02", "analysis", second)].concat()
}

#[test]
fn absent_fields_have_defaults() {
    let table = Table::parse(&text()).unwrap();
    let [first, second] = &table.experiments[..] else { panic!("two experiments") };
    assert_eq!((first.unit.as_str(), first.data.len(), first.needs.as_deref()), ("epochs", 0, None));
    assert_eq!((first.section(), first.shows()), ("Do it", vec!["training strip".to_string()]));
    assert_eq!((second.section(), second.shows()), ("Look", vec!["a grid, decoded".to_string()]));
}

#[test]
fn experiments_go_by_id_and_by_full_name() {
    let table = Table::parse(&text()).unwrap();
    assert_eq!(table.number(), "03");
    for name in ["03_02", "03_02_analysis"] {
        assert_eq!(table.find(name).unwrap().id, "03_02");
    }
    let ids = |words: &[&str]| -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        table.with_needs(&words).unwrap().iter().map(|entry| entry.id.clone()).collect()
    };
    assert_eq!(ids(&[]), ["03_01", "03_02"]);
    assert_eq!(ids(&["03_02"]), ["03_01", "03_02"]);
    assert_eq!(ids(&["03_01_train"]), ["03_01"]);
    let error = table.with_needs(&["03_09".to_string()]).unwrap_err().to_string();
    assert_eq!(error, "unknown experiment or command '03_09'; chapter 3 has 03_01, 03_02");
}

#[test]
fn experiments_bring_all_those_before_them() {
    let chain = |id: &str, after: &str| {
        format!(
            "\n[[experiment]]\nid = {id:?}\nname = \"a\"\ntitle = \"A\"\npages = \"94\"\nminutes = 1.0\nafter = [{after}]\n"
        )
    };
    let text =
        [&text()[..], &chain("03_03", "\"03_02\""), &chain("03_04", ""), &chain("03_05", "\"03_04\", \"03_03\"")];
    let table = Table::parse(&text.concat()).unwrap();
    let ids = |word: &str| -> Vec<String> {
        table.with_needs(&[word.to_string()]).unwrap().iter().map(|entry| entry.id.clone()).collect()
    };
    assert_eq!(ids("03_03"), ["03_01", "03_02", "03_03"]);
    assert_eq!(ids("03_04"), ["03_04"]);
    assert_eq!(ids("03_05"), ["03_01", "03_02", "03_03", "03_04", "03_05"]);
    assert!(table.find("03_05").unwrap().before().eq(["03_04", "03_03"]));
}

#[test]
fn damaged_tables_are_refused_with_the_reason() {
    for (right, wrong, reason) in [
        ("chapter = 3", "chapter = three", "experiments.toml is damaged"),
        ("id = \"03_02\"", "id = \"03-02\"", "id `03-02`"),
        ("id = \"03_02\"", "id = \"04_02\"", "begin with 03"),
        ("name = \"train\"", "name = \"Auto encoder\"", "`Auto encoder`"),
        ("pages = \"94\"", "pages = \"101-94\"", "03_01: pages `101-94`"),
        ("pages = \"89-124\"", "pages = \"all\"", "chapter 3: pages `all`"),
        ("minutes = 0.5", "minutes = -1.0", "minutes -1"),
        ("minutes = 0.5", "minuets = 0.5", "unknown field `minuets`"),
        ("title = \"Three\"\n", "", "missing field `title`"),
    ] {
        let error = format!("{:#}", Table::parse(&text().replacen(right, wrong, 1)).unwrap_err());
        assert!(error.contains(reason), "{wrong}: {error}");
    }
}

#[test]
fn chapters_and_experiments_go_by_many_words() {
    let table = Table::parse(&text()).unwrap();
    for word in ["03_01", "3.1", "3_1", "03.1", "3-1", "ch03_01", "Chapter 3.1", "03_01_train", "3.1_train"] {
        assert_eq!(table.find(word).map(|entry| entry.id.as_str()), Ok("03_01"), "{word}");
    }
    for word in ["", "3", "03_09", "03_01_", "03_01_other", "3.1.2", "301", "003_01", "-3_1", "3_", "_1"] {
        assert!(table.find(word).is_err(), "{word}");
    }
    for word in ["3", "03", "ch03", "chapter3", "Chapter 3"] {
        assert_eq!(catalog::word::chapter(word), Some(3), "{word}");
    }
    for word in ["", "chapter", "3.1", "003", "-3", "third", "ch"] {
        assert_eq!(catalog::word::chapter(word), None, "{word}");
    }
}
