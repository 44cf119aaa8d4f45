//! The nets that come with the chapter, and what the binary does with them.

use ch08::experiments::worlds::Worlds;
use ch08::models::players::{Job, Rules};
use ch08::models::pretrained;
use common::training::RunFolder;
use tch::{Device, Kind};
use testing::{Chapter, read};

fn ch08() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch08"))
}

#[test]
fn the_pretrained_controller_keeps_to_the_road() {
    let controller = pretrained::controller().unwrap();
    let rules = Rules { max_steps: 250, hopeless_after: None };
    let jobs: Vec<Job> = (0..4).map(|seed| Job::new(&controller, seed, rules).unwrap()).collect();
    let played = Worlds::pretrained(Device::Cpu).drivers().play(&jobs).unwrap();
    // A car that stands still has -25; all tiles are worth 1,000, and 250 steps are a quarter of an episode.
    let mean = played.iter().map(|played| played.score).sum::<f64>() / 4.0;
    assert!(mean > 100.0, "{played:?}");
}

#[test]
fn its_files_are_small_and_single_precision_in_memory() {
    let files = ["vae", "mdn_rnn", "controller"].map(|name| format!("pretrained/{name}.safetensors"));
    let bytes: u64 = files.iter().map(|file| std::fs::metadata(file).unwrap().len()).sum();
    assert!(bytes < 6_000_000, "{bytes}");
    for file in files {
        let (tensors, _) = common::keras::weights::read_file(file.as_ref()).unwrap();
        assert!(tensors.values().all(|tensor| tensor.kind() == Kind::Half), "{file}");
    }
    let vae = pretrained::vae(Device::Cpu).unwrap();
    assert!(vae.variables.variables().values().all(|variable| variable.kind() == Kind::Float));
}

#[test]
fn it_drives_where_none_is_trained() {
    let chapter = ch08();
    let watched = chapter.succeed(&["08_05", "--watch", "--seed", "3"]);
    watched.assert_prints(&["the pretrained controller drives", "08_05_drive.gif"]);
    let gallery = read::text(&chapter.path("figures/index.html"));
    assert!(gallery.contains("cargo book 08_05 --watch") && gallery.contains("pretrained"), "{gallery}");
    // A run that is named must be there.
    for named in [["--preset", "quick"], ["--run", "1"]] {
        let watch = [&["08_05", "--watch"][..], &named].concat();
        chapter.run(&watch).assert_failure(1, &["no finished run of 08_05"]);
    }
}

#[test]
fn others_learn_with_the_pretrained_nets_and_resume() {
    let (whole, parts) = (ch08(), ch08());
    let smoke = ["08_06", "--preset", "smoke", "--set", "pretrained=true"];
    whole.succeed(&smoke);
    parts.succeed(&[&smoke[..], &["--epochs", "1"]].concat());
    parts.succeed(&["08_06", "--resume", "--epochs", "2"]);
    let [whole, parts] = [&whole, &parts].map(|chapter| {
        let run = RunFolder::list(&chapter.path("run"), "dream", "car_racing").pop().unwrap();
        assert!(read::text(&run.path.join("params.json")).contains("the pretrained nets"));
        std::fs::read(run.path.join("weights/weights.safetensors")).unwrap()
    });
    assert_eq!(whole, parts);
    ch08().succeed(&["08_05", "--preset", "smoke", "--set", "pretrained=true"]).assert_prints(&["over 2 episodes"]);
}
