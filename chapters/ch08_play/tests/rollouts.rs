//! The random driver, episodes and their files, and their collection.

use car_racing::CarRacing;
use ch08::models::rollouts::{
    Action, Environment, Episode, IMAGE_SIZE, Plan, RandomDriver, Recording, Rollouts, Statistics, add_driven, collect,
    play, track_seed,
};
use ndarray::{Array1, Array2, Array4, Axis};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use testing::{assert_near, bytes};

fn plan(episodes: usize, steps: usize) -> Plan {
    Plan { episodes, steps, repeat_action: 5, environment: Environment::Book, seed: 42 }
}

/// An episode of some frames that nobody drove.
fn episode(frames: usize) -> Episode {
    Episode {
        images: Array4::from_shape_fn((frames, IMAGE_SIZE, IMAGE_SIZE, 3), |(t, y, x, c)| (t + y * x + c) as u8),
        actions: Array2::from_shape_fn((frames, 3), |(t, i)| (t as f32 - i as f32) / 10.0),
        rewards: Array1::from_shape_fn(frames, |t| t as f32 - 0.1),
        dones: Array1::from_shape_fn(frames, |t| t > 2),
    }
}

fn actions(seed: u64, episode: usize, repeat_action: usize, frames: usize) -> Vec<Action> {
    let mut driver = RandomDriver::new(seed, episode, repeat_action);
    (0..frames).map(|_| driver.next_action()).collect()
}

#[test]
fn the_driver_pushes_and_then_holds_each_action() {
    for (repeat, changes) in [(5, 20), (20, 20), (7, 21), (1, 20)] {
        let driven = actions(1, 3, repeat, 300);
        assert!(driven[..changes].iter().all(|action| *action == [-0.1, 1.0, 0.0]), "{repeat}");
        assert_ne!(driven[changes], driven[0]);
        for held in driven[changes..].chunks(repeat) {
            assert!(held.iter().all(|action| *action == held[0]), "{repeat}: {held:?}");
        }
    }
    assert_eq!(actions(1, 3, 5, 300), actions(1, 3, 5, 300));
    for (seed, episode) in [(1, 4), (2, 3), (3, 1)] {
        assert_ne!(actions(1, 3, 5, 300), actions(seed, episode, 5, 300));
    }
}

/// Of ten draws 1 nothing, 4 gas, 2 left, 2 right, 1 brake, each uniform between 0 and 1.
#[test]
fn the_driver_draws_as_the_books() {
    let drawn: Vec<Action> = (0..200).flat_map(|episode| actions(7, episode, 1, 320).split_off(20)).collect();
    let n = drawn.len() as f64;
    for (what, share, strength) in [
        ("nothing", 0.1, (|action| (action == [0.0; 3]).then_some(0.5)) as fn(Action) -> Option<f32>),
        ("gas", 0.4, |[steer, gas, brake]| (gas > 0.0 && steer == 0.0 && brake == 0.0).then_some(gas)),
        ("left", 0.2, |[steer, gas, brake]| (steer < 0.0 && gas == 0.0 && brake == 0.0).then_some(-steer)),
        ("right", 0.2, |[steer, gas, brake]| (steer > 0.0 && gas == 0.0 && brake == 0.0).then_some(steer)),
        ("brake", 0.1, |[steer, gas, brake]| (brake > 0.0 && steer == 0.0 && gas == 0.0).then_some(brake)),
    ] {
        let strengths: Vec<f64> = drawn.iter().filter_map(|&action| strength(action)).map(f64::from).collect();
        assert_near(what, strengths.len() as f64 / n, share, 0.01);
        assert_near(what, strengths.iter().sum::<f64>() / strengths.len() as f64, 0.5, 0.02);
        assert!(strengths.iter().all(|strength| (0.0..1.0).contains(strength)), "{what}");
    }
}

/// Frame t has the image before action t, and what action t - 1 gave.
#[test]
fn episodes_are_what_the_environment_gives() {
    for environment in [Environment::Book, Environment::Gymnasium] {
        let plan = Plan { environment, ..plan(1, 60) };
        let played = play(&plan, 5).unwrap();
        assert_eq!(played.len(), 60);
        assert_eq!((played.rewards[0], played.dones[0]), (-0.1, false));
        let mut env = CarRacing::new(environment.config()).unwrap();
        let mut image = env.reset(Some(track_seed(42, 5)));
        for (t, action) in actions(42, 5, 5, 60).into_iter().enumerate() {
            assert_eq!(played.images.index_axis(Axis(0), t).as_slice().unwrap(), image, "{t}");
            assert_eq!(played.actions.row(t).as_slice().unwrap(), action);
            let step = env.step(action.map(f64::from)).unwrap();
            image = step.observation;
            if t + 1 < 60 {
                assert_eq!(played.rewards[t + 1], step.reward as f32);
            }
        }
        assert!(played.rewards.iter().any(|&reward| reward > 1.0), "no tile was visited");
    }
}

/// As the book, whose loop goes on after the end.
#[test]
fn an_episode_stays_over() {
    let config = car_racing::Config { max_episode_steps: Some(3), ..Environment::Book.config() };
    let mut recording = Recording::begin(config, 1).unwrap();
    assert!(recording.clone().finish().unwrap_err().to_string().contains("nothing was recorded"));
    for _ in 0..6 {
        recording.step([0.0, 1.0, 0.0]).unwrap();
    }
    let error = recording.step([f32::NAN, 0.0, 0.0]).unwrap_err().to_string();
    assert!(error.contains("NaN"), "{error}");
    let recorded = recording.finish().unwrap();
    assert_eq!(recorded.dones.to_vec(), [false, false, false, true, true, true]);
    let error = Recording::begin(car_racing::Config::gymnasium(), 1).unwrap_err().to_string();
    assert!(error.contains("64 x 64, not 96 x 96"), "{error}");
}

#[test]
fn episodes_come_back_from_their_files() {
    let dir = tempfile::tempdir().unwrap();
    for number in [0, 7, 12_345] {
        episode(number % 10 + 1).save(&Rollouts::file(dir.path(), number)).unwrap();
    }
    for other in
        ["episode_00001.npy", "episode_1.npz", "episode_0000x.npz", "my_episode_00001.npz", ".part-episode_00001.npz"]
    {
        fs::write(dir.path().join(other), "other").unwrap();
    }
    let rollouts = Rollouts::open(dir.path()).unwrap();
    assert_eq!((rollouts.len(), rollouts.folder()), (3, dir.path()));
    for (index, frames) in [(0, 1), (1, 8), (2, 6)] {
        assert_eq!(rollouts.read(index).unwrap(), episode(frames));
    }
    assert!(rollouts.read(3).unwrap_err().to_string().contains("3 episodes"));
    let empty = tempfile::tempdir().unwrap();
    for (folder, words) in [(empty.path(), "has no episode"), (Path::new("/no/such/folder"), "cannot read the folder")]
    {
        let error = Rollouts::open(folder).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains(&folder.display().to_string()), "{error}");
    }
}

/// The arrays of an npz file, each as numpy writes it.
fn npz(arrays: &[(&str, &str, &str, Vec<u8>)]) -> Vec<u8> {
    let members: Vec<(String, Vec<u8>)> = arrays
        .iter()
        .map(|(name, descr, shape, data)| {
            let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
            let padded = format!("{header:<117}\n");
            let head = [b"\x93NUMPY\x01\x00", &(padded.len() as u16).to_le_bytes()[..], padded.as_bytes()].concat();
            (format!("{name}.npy"), [head, data.clone()].concat())
        })
        .collect();
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, data)| (name.as_str(), &data[..])).collect();
    bytes::zip(&members)
}

#[test]
fn what_is_no_episode_is_named() {
    let image = IMAGE_SIZE * IMAGE_SIZE * 3;
    let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let right = [
        ("obs", "|u1", "(2, 64, 64, 3)", vec![7; 2 * image]),
        ("action", "<f4", "(2, 3)", floats(&[0.5; 6])),
        ("reward", "<f4", "(2,)", floats(&[-0.1, 3.0])),
        ("done", "|b1", "(2,)", vec![0, 1]),
    ];
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("episode_00000.npz");
    let read = |content: &[u8]| {
        fs::write(&file, content).unwrap();
        Episode::read(&file).map_err(|error| format!("{error:#}"))
    };
    let whole = read(&npz(&right)).unwrap();
    assert_eq!((whole.len(), whole.images[[1, 5, 5, 0]], whole.dones.to_vec()), (2, 7, vec![false, true]));
    for (place, array, words) in [
        (0, ("obs", "|u1", "(2, 32, 32, 3)", vec![0; 2 * image / 4]), "64 x 64 x 3, not 32 x 32 x 3"),
        (0, ("obs", "|u1", "(2, 4096, 3)", vec![0; 2 * image]), "obs has the shape [2, 4096, 3]"),
        (0, ("obs", "|u1", "(1, 64, 64, 3)", vec![0; image]), "1 images, 2 actions"),
        (0, ("obs", "|u1", "(2, 64, 64, 3)", vec![0; image]), "cannot read the array obs"),
        (0, ("obs", "<f4", "(2, 64, 64, 3)", vec![0; 8 * image]), "cannot read the array obs"),
        (0, ("images", "|u1", "(2, 64, 64, 3)", vec![0; 2 * image]), "holds no array obs"),
        (1, ("action", "<f4", "(3, 2)", floats(&[0.0; 6])), "actions have 3 numbers, not 2"),
        (1, ("action", "<f4", "(2, 3)", floats(&[f32::NAN; 6])), "NaN"),
        (2, ("reward", "<f4", "(0,)", vec![]), "1 to 10000 frames, not 0"),
        (2, ("reward", "<f4", "(3,)", floats(&[0.0; 3])), "3 rewards"),
        (2, ("reward", "<f4", "(20000,)", floats(&[0.0; 20000])), "not 20000"),
        (3, ("done", "|b1", "(2,)", vec![0, 9]), "cannot read the array done"),
    ] {
        let mut wrong = right.clone();
        wrong[place] = array;
        let error = read(&npz(&wrong)).unwrap_err();
        assert!(error.contains(words) && error.contains("episode_00000.npz"), "{words}: {error}");
    }
    assert!(read(b"").unwrap_err().contains("damaged or not an npz archive"));

    // What cannot be read is not written.
    let target = dir.path().join("episode_00001.npz");
    let longer = Episode { rewards: Array1::zeros(3), ..episode(2) };
    let nan = Episode { rewards: Array1::from_elem(2, f32::NAN), ..episode(2) };
    for wrong in [longer, nan, episode(0)] {
        assert!(wrong.save(&target).is_err() && !target.exists());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a file holds, it is an episode or an error.
    #[test]
    fn no_bytes_panic(noise in proptest::collection::vec(any::<u8>(), 0..400), at in 0.0..1.0_f64, flip in any::<u8>()) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("episode_00000.npz");
        episode(2).save(&file).unwrap();
        let whole = fs::read(&file).unwrap();
        let place = (at * whole.len() as f64) as usize;
        let mut flipped = whole.clone();
        flipped[place] ^= flip;
        let replaced = [&whole[..place], &noise, &whole[(place + noise.len()).min(whole.len())..]].concat();
        for content in [&noise[..], &whole[..place], &flipped, &replaced] {
            fs::write(&file, content).unwrap();
            if let Ok(read) = Episode::read(&file) {
                prop_assert_eq!(read.images.dim(), (read.len(), IMAGE_SIZE, IMAGE_SIZE, 3));
            }
        }
    }

    /// The same for the headers of its arrays.
    #[test]
    fn no_header_panics(shape in "\\((-?[0-9]{1,20},? ?){0,5}\\)", descr in "[<>|=]?[ubfiO?][0-9]{0,2}", n in 0..100usize) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("episode_00000.npz");
        let array = |name| (name, &descr[..], &shape[..], vec![1; n]);
        fs::write(&file, npz(&[array("obs"), array("action"), array("reward"), array("done")])).unwrap();
        prop_assert!(Episode::read(&file).is_err());
    }
}

/// The bytes of each file of a folder.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn episodes_do_not_depend_on_the_number_of_threads() {
    let plan = plan(7, 30);
    let [alone, together] = [1, 4].map(|threads| {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(collect(dir.path(), &plan, threads).unwrap().len(), 7);
        contents(dir.path())
    });
    assert_eq!(alone.len(), 7);
    assert!(alone == together, "other bytes with more threads");
}

#[test]
fn what_is_there_stays_and_what_is_missing_is_played() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("episodes");
    let rollouts = collect(&folder, &plan(3, 10), 2).unwrap();
    let before = contents(&folder);
    let mine = episode(4);
    mine.save(&Rollouts::file(&folder, 0)).unwrap();
    fs::remove_file(Rollouts::file(&folder, 1)).unwrap();
    fs::write(folder.join(".part-killed"), "half an episode").unwrap();
    let longer = collect(&folder, &plan(4, 10), 0).unwrap();
    assert_eq!((rollouts.len(), longer.len()), (3, 4));
    assert_eq!(longer.read(0).unwrap(), mine);
    let after = contents(&folder);
    assert!(after[1..3] == before[1..3] && after.len() == 4);
    assert_eq!(longer.read(3).unwrap(), play(&plan(4, 10), 3).unwrap());

    let file = dir.path().join("a file");
    fs::write(&file, "").unwrap();
    let error = format!("{:#}", collect(&file, &plan(3, 10), 2).unwrap_err());
    assert!(error.contains("a file"), "{error}");
}

#[test]
fn statistics_are_those_of_all_episodes() {
    let dir = tempfile::tempdir().unwrap();
    let quiet = Episode {
        actions: Array2::from_shape_fn((4, 3), |(t, i)| if t == i { 0.5 } else { 0.0 }),
        rewards: Array1::from(vec![-0.1, 9.9, -0.1, 19.9]),
        ..episode(4)
    };
    let outside = Episode { rewards: Array1::from(vec![-0.1, -100.0]), actions: Array2::zeros((2, 3)), ..episode(2) };
    for (number, episode) in [quiet, outside].iter().enumerate() {
        episode.save(&Rollouts::file(dir.path(), number)).unwrap();
    }
    let statistics = Statistics::read(&Rollouts::open(dir.path()).unwrap()).unwrap();
    assert_eq!(statistics.actions[0], [0.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let summary = statistics.summary();
    assert_eq!((summary.episodes, summary.frames), (2, 6));
    for (what, value, expected) in [
        ("steered", summary.steered, 1.0 / 6.0),
        ("gas", summary.gas, 1.0 / 6.0),
        ("braked", summary.braked, 1.0 / 6.0),
        ("reward", summary.mean_reward, (29.6 - 100.1) / 2.0),
        ("visited", summary.mean_visited, 0.03 / 2.0),
    ] {
        assert_near(what, value, expected, 1e-6);
    }
}

#[test]
fn drives_are_cut_into_episodes() {
    let [drives, folder] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let plan = |episodes, steps| Plan { episodes, steps, repeat_action: 5, environment: Environment::Book, seed: 3 };
    let driven = collect(drives.path(), &plan(2, 25), 1).unwrap();
    collect(folder.path(), &plan(3, 10), 1).unwrap();
    assert_eq!(add_driven(folder.path(), &driven, 3, 10).unwrap(), 4);
    let all = Rollouts::open(folder.path()).unwrap();
    assert_eq!(all.len(), 7);
    let (drive, piece) = (driven.read(1).unwrap(), all.read(6).unwrap());
    assert_eq!(piece.len(), 10);
    assert_eq!(piece.images, drive.images.slice_axis(ndarray::Axis(0), (10..20).into()));
    assert_eq!(piece.rewards, drive.rewards.slice_axis(ndarray::Axis(0), (10..20).into()));
}
