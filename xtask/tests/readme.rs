//! The READMEs and the chapters' tables say the same.

mod support;

use std::fs;

use catalog::versions::LIBTORCH;
use support::{add_experiment, repository, run, write};
use xtask::experiments::Experiments;
use xtask::readme::with_table;

#[test]
fn the_table_of_sections_is_that_of_the_chapters() {
    let root = data::root().unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let expected = with_table(&readme, &Experiments::load(&root).unwrap()).unwrap();
    assert!(readme == expected, "README.md and chapters/*/experiments.toml disagree: run `cargo book readme`");
    assert!(readme.contains(LIBTORCH), "README.md does not name libtorch {LIBTORCH}");
}

#[test]
fn each_chapters_readme_names_all_its_experiments() {
    let root = data::root().unwrap();
    for chapter in Experiments::load(&root).unwrap().chapters {
        let path = root.join("chapters").join(&chapter.folder).join("README.md");
        let readme = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for entry in &chapter.table.experiments {
            assert!(readme.contains(&entry.id), "chapters/{}/README.md does not name {}", chapter.folder, entry.id);
        }
    }
}

#[test]
fn the_command_writes_the_table_and_leaves_the_rest() {
    let root = repository();
    let fourth = root.path().join("chapters/ch04_gan/experiments.toml");
    write(&fourth, "chapter = 4\npackage = \"ch04\"\ntitle = \"Bars | and\\nlines\"\npages = \"125-159\"\n");
    add_experiment(&fourth, "04_01", "gan_camel_train");
    let readme = root.path().join("README.md");
    let begin = "<!-- sections: `cargo book readme` writes this table from chapters/*/experiments.toml -->";
    write(&readme, &format!("Before\n{begin}\n| old |\n<!-- end of sections -->\nAfter\n"));
    for words in ["has the table", "agree"] {
        let done = run(root.path(), &["readme"]);
        done.assert_success();
        done.assert_prints(&[words]);
    }
    let expected = format!(
        "Before
{begin}
| section | pages | command | minutes | figures |
|---|---|---|---|---|
| **Chapter 3** [Chapter three](chapters/ch03_vae/README.md) | 89-124 | `cargo book figures 03` | 2 |  |
| T | 94-101 | `cargo book 03_01` | < 1 |  |
| T | 94-101 | `cargo book 03_02` | < 1 |  |
| T | 94-101 | `cargo book 03_03` | < 1 |  |
| **Chapter 4** [Bars \\| and lines](chapters/ch04_gan/README.md) | 125-159 | `cargo book figures 04` | < 1 |  |
| T | 94-101 | `cargo book 04_01` | < 1 |  |
<!-- end of sections -->
After
"
    );
    assert_eq!(fs::read_to_string(&readme).unwrap(), expected);
}

#[test]
fn a_readme_without_the_comments_is_left_alone() {
    let root = repository();
    let readme = root.path().join("README.md");
    write(&readme, "No table here\n");
    run(root.path(), &["readme"]).assert_failure(1, &["<!-- sections"]);
    assert_eq!(fs::read_to_string(&readme).unwrap(), "No table here\n");
}
