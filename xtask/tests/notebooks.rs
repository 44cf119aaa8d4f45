//! The committed notebooks: every one is there, holds its figures, and shows no trace of the machine it was made on.
//! `cargo book notebook --check` executes them; this looks at the files only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::Entry;
use serde_json::{Value, json};
use xtask::experiments::Experiments;

/// Bytes that a notebook may have: what `tidy.py` makes of it, and room for answers that are written or mended afterwards,
/// so that a few words more ask for no training.
const LIMIT: usize = 404_000;
/// Bytes that the figure of an answer may have.
const ANSWER_FIGURE_LIMIT: usize = 60_000;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

struct Notebook {
    experiment: Entry,
    text: String,
    json: Value,
}

impl Notebook {
    fn cells(&self) -> impl Iterator<Item = &Value> {
        self.json["cells"].as_array().unwrap().iter()
    }

    fn code(&self) -> impl Iterator<Item = &Value> {
        self.cells().filter(|cell| cell["cell_type"] == "code")
    }

    /// The text of the cell with the answers.
    fn answers(&self) -> String {
        let id = &self.experiment.id;
        let mut found = self.cells().map(|cell| text(&cell["source"])).filter(|said| said.contains(ANSWERS));
        let answers = found.next().unwrap_or_else(|| panic!("{id}: its questions have no answers"));
        assert!(found.next().is_none(), "{id}: more than one cell has answers");
        answers
    }
}

/// A string of nbformat, which may be a list of lines.
fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap()).collect(),
        value => value.as_str().unwrap().to_string(),
    }
}

fn outputs(cell: &Value) -> &Vec<Value> {
    cell["outputs"].as_array().unwrap()
}

/// What stands above the answers when they are folded.
const ANSWERS: &str = "<summary>Answers</summary>";

/// The figures of answers.
fn answers_folder() -> PathBuf {
    root().join("notebooks/answers")
}

fn path(experiment: &Entry) -> PathBuf {
    root().join("notebooks").join(experiment.full_name() + ".ipynb")
}

fn notebooks() -> Vec<Notebook> {
    let experiments = Experiments::load(&root()).unwrap();
    let there = experiments.all().map(|(_, experiment)| experiment).filter(|experiment| path(experiment).is_file());
    there
        .map(|experiment| {
            let text = fs::read_to_string(path(experiment)).unwrap();
            let json = serde_json::from_str(&text).unwrap();
            Notebook { experiment: experiment.clone(), text, json }
        })
        .collect()
}

#[test]
fn a_chapter_has_a_notebook_for_each_experiment_and_there_are_no_others() {
    let experiments = Experiments::load(&root()).unwrap();
    let mut expected = BTreeSet::new();
    for chapter in &experiments.chapters {
        if chapter.table.experiments.iter().any(|experiment| path(experiment).is_file()) {
            expected.extend(chapter.table.experiments.iter().map(|experiment| experiment.full_name() + ".ipynb"));
        }
    }
    let folder = fs::read_dir(root().join("notebooks")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let there: BTreeSet<String> = names.filter(|name| !name.starts_with('.') && name != "answers").collect();
    assert_eq!(there, expected);
    assert!(there.len() >= 13);
}

#[test]
fn notebooks_are_canonical_and_small() {
    for Notebook { experiment, text, json } in &notebooks() {
        let id = &experiment.id;
        assert!(text.len() <= LIMIT, "{id} has {} bytes", text.len());
        assert_eq!((&json["nbformat"], &json["nbformat_minor"]), (&json!(4), &json!(5)), "{id}");
        let kernel = json!({ "display_name": "Rust", "language": "rust", "name": "rust" });
        assert_eq!(json["metadata"]["kernelspec"], kernel, "{id}");
        assert_eq!(json["metadata"]["language_info"]["name"], "rust", "{id}");
        let keys: Vec<&String> = json["metadata"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["gdl", "kernelspec", "language_info"], "{id}");
        for (i, cell) in json["cells"].as_array().unwrap().iter().enumerate() {
            assert_eq!(cell["id"], format!("{id}-{:02}", i + 1));
            let metadata = &cell["metadata"];
            let plain = *metadata == json!({}) || *metadata == json!({ "scrolled": true });
            assert!(plain, "{id}, cell {}: {metadata}", i + 1);
        }
    }
}

#[test]
fn outputs_belong_to_the_code_and_are_those_of_one_run_from_top_to_bottom() {
    for notebook in &notebooks() {
        let id = &notebook.experiment.id;
        let sources: Vec<String> = notebook.code().map(|cell| text(&cell["source"])).collect();
        let digest = data_digest(sources.join("\0").as_bytes());
        let refresh = format!("{id}: the code has changed since its outputs: `cargo book notebook --refresh {id}`");
        assert_eq!(notebook.json["metadata"]["gdl"]["code"], digest, "{refresh}");
        for (i, cell) in notebook.code().enumerate() {
            assert_eq!(cell["execution_count"], i + 1, "{id}");
            for output in outputs(cell) {
                assert_ne!(output["output_type"], "error", "{id}");
                assert_ne!(output["name"], "stderr", "{id}: {output}");
            }
            let source = text(&cell["source"]);
            let speaks = !source.trim_end().ends_with([';', '}']) || source.contains("print");
            assert!(!speaks || !outputs(cell).is_empty(), "{id}: this cell should have an output:\n{source}");
        }
    }
}

/// The first 16 hexadecimal digits of the SHA-256, as `tidy.py` writes them.
fn data_digest(bytes: &[u8]) -> String {
    testing::bytes::sha256(bytes)[..16].to_string()
}

#[test]
fn every_figure_of_the_experiment_is_shown() {
    for notebook in &notebooks() {
        let experiment = &notebook.experiment;
        let mut shown = BTreeSet::new();
        for cell in notebook.code() {
            let streams = outputs(cell).iter().filter(|output| output["output_type"] == "stream");
            let said: String = streams.map(|output| text(&output["text"])).collect();
            let prefix = format!("figure: figures/ch{}/{}_", &experiment.id[..2], experiment.id);
            let files: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
            let is_image = |data: &Value| data["image/png"].is_string() || data["image/jpeg"].is_string();
            let images = outputs(cell).iter().filter(|output| is_image(&output["data"])).count();
            assert!(files.is_empty() || images == 1, "{}: {images} images below {files:?}", experiment.id);
            shown.extend(files.into_iter().map(|file| file.trim_end_matches(".png").to_string()));
        }
        assert!(!experiment.figures.is_empty(), "{}: its chapter's table names no figures", experiment.id);
        let missing: Vec<_> = experiment.figures.iter().filter(|name| !shown.contains(*name)).collect();
        assert!(missing.is_empty(), "{} shows no {missing:?}", experiment.id);
    }
}

#[test]
fn no_notebook_tells_where_or_when_it_was_executed() {
    let folders = ["home", "root", "Users", "tmp", "var"].map(|name| format!("/{name}/"));
    let others = [format!("{}/", root().display()), "C:\\\\".into(), "file://".into(), "localhost".into()];
    for notebook in &notebooks() {
        let id = &notebook.experiment.id;
        for place in folders.iter().chain(&others) {
            assert!(!notebook.text.contains(place), "{id} contains {place}");
        }
        for cell in notebook.code() {
            for output in outputs(cell).iter().filter(|output| output["output_type"] == "stream") {
                let seconds = |line: &str| line.starts_with("epoch ") && line.ends_with(" s");
                assert!(!text(&output["text"]).lines().any(seconds), "{id} tells seconds: {output}");
                // An absolute path, wherever it leads.
                let path = |word: &str| word.starts_with('/') && word[1..].contains('/');
                assert!(!text(&output["text"]).split_whitespace().any(path), "{id} tells a path: {output}");
            }
        }
    }
}

#[test]
fn notebooks_use_their_chapter_by_a_relative_path_and_say_where_they_are_in_the_book() {
    for notebook in &notebooks() {
        let Entry { id, pages, .. } = &notebook.experiment;
        let first = text(&notebook.code().next().unwrap()["source"]);
        let chapter = format!(":dep ch{} = {{ path = \"../chapters/ch{}_", &id[..2], &id[..2]);
        assert!(first.contains(&chapter), "{id}: {first}");
        let said: Vec<String> = notebook.cells().map(|cell| text(&cell["source"])).collect();
        assert!(
            said[0].starts_with(&format!("# {id}: ")) && said[0].contains(&catalog::cited(pages)),
            "{id}: {}",
            said[0]
        );
        let last = said.iter().rfind(|said| !said.contains(ANSWERS)).unwrap();
        assert!(last.contains("## Try it") && last.contains('?'), "{id}: {last}");
    }
}

#[test]
fn answers_are_folded_behind_their_questions_one_paragraph_for_each() {
    for notebook in &notebooks() {
        let id = &notebook.experiment.id;
        let answers = notebook.answers();
        let cells: Vec<&Value> = notebook.cells().collect();
        let [.., questions, last] = cells.as_slice() else { panic!("{id} has answers, and no questions") };
        assert_eq!(text(&last["source"]), answers, "{id}: the answers do not stand last");
        assert_eq!(last["cell_type"], "markdown", "{id}: the cell of the answers");
        let questions = text(&questions["source"]);
        assert!(questions.contains("## Try it"), "{id}: the answers do not stand directly after `## Try it`");

        let folded = answers.strip_prefix(&format!("<details>\n{ANSWERS}\n\n"));
        let folded = folded.and_then(|folded| folded.strip_suffix("\n\n</details>"));
        let folded = folded.unwrap_or_else(|| panic!("{id}: the answers are not folded as others are:\n{answers}"));
        let parts: Vec<&str> = folded.split("\n\n").collect();
        let [paragraphs @ .., figure, origin] = parts.as_slice() else { panic!("{id}: no answer in\n{folded}") };
        let asked = questions.lines().filter(|line| line.starts_with("- ")).count();
        assert_eq!(paragraphs.len(), asked, "{id}: paragraphs for {asked} questions, in\n{folded}");
        let described = figure.starts_with("![") && !figure.starts_with("![]");
        assert!(described && figure.ends_with(&format!("](answers/{id}.png)")), "{id}: the figure, {figure}");
        assert!(origin.contains("`cargo book "), "{id}: the command that gave the answers, {origin}");
    }
}

#[test]
fn answers_have_one_small_figure_each_and_no_figure_is_unused() {
    let mut used = BTreeSet::new();
    for notebook in &notebooks() {
        let id = &notebook.experiment.id;
        let answers = notebook.answers();
        assert_eq!(answers.matches("![").count(), 1, "{id}: answers show one figure");
        let name = format!("{id}.png");
        let file = answers_folder().join(&name);
        let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(bytes.starts_with(b"\x89PNG"), "{name} is no PNG");
        assert!(bytes.len() <= ANSWER_FIGURE_LIMIT, "{name} has {} bytes", bytes.len());
        used.insert(name);
    }
    let folder = fs::read_dir(answers_folder()).unwrap();
    let there: BTreeSet<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, used, "the files of notebooks/answers, and those that answers show");
}
