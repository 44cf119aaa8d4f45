//! Controllers on the road and in the dream: what they play depends on their weights, the seed and the rules, and on
//! nothing else.

use car_racing::CarRacing;
use ch08::models::controller::{Controller, ControllerConfig};
use ch08::models::controller_training::{ControllerTraining, EvolveConfig, Tracks};
use ch08::models::dream::{Dream, DreamMoment, Starts};
use ch08::models::mdn_rnn::{MdnRnn, MdnRnnConfig};
use ch08::models::players::{Job, Played, Players, Rules, World};
use ch08::models::racing::Racing;
use ch08::models::rollouts::Environment;
use ch08::models::series::Series;
use ch08::models::vae::{Vae, VaeConfig};
use common::keras::weights;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

const CONTROLLER: ControllerConfig = ControllerConfig { z_dim: 32, hidden: 16 };

fn memory() -> MdnRnn {
    MdnRnn::new(&MdnRnnConfig { units: CONTROLLER.hidden, ..MdnRnnConfig::book() }, Device::Cpu).unwrap()
}

fn racing(seed: i64) -> Racing {
    tch::manual_seed(seed);
    let vae = Vae::new(&VaeConfig::book(), Device::Cpu).unwrap();
    Racing { config: Environment::Book.config(), vae, memory: memory() }
}

fn series() -> Series {
    tch::manual_seed(11);
    let random = |shape: &[i64]| Tensor::randn(shape, (Kind::Float, Device::Cpu));
    Series {
        mu: random(&[5, 7, 32]),
        log_var: random(&[5, 7, 32]) - 2.0,
        action: random(&[5, 7, 3]),
        reward: Tensor::zeros([5, 7], (Kind::Float, Device::Cpu)),
    }
}

fn dream(temperature: f64) -> Dream {
    let Series { mu, log_var, .. } = series();
    let starts = Arc::new(Starts::new(&mu.select(1, 0), &log_var.select(1, 0)).unwrap());
    tch::manual_seed(3);
    Dream { memory: memory(), starts, temperature, dropout: 0.0 }
}

/// Jobs of controllers with random weights, which drive differently.
fn jobs(seeds: &[u64], max_steps: u32) -> Vec<Job> {
    let rules = Rules { max_steps, hopeless_after: None };
    let controller = |seed: u64| {
        tch::manual_seed(seed as i64);
        Vec::<f32>::try_from(Tensor::randn([CONTROLLER.weights() as i64], (Kind::Float, Device::Cpu))).unwrap()
    };
    seeds.iter().map(|&seed| Job { controller: Arc::new(controller(seed)), seed, rules }).collect()
}

#[test]
fn scores_are_those_of_the_environment() {
    let _turn = take_turn();
    let (racing, jobs) = (racing(1), jobs(&[1, 2, 3], 40));
    let mut actions = vec![vec![]; 3];
    let played = racing
        .drive(&jobs, |moment| {
            actions[moment.episode].push(moment.action);
            Ok(())
        })
        .unwrap();
    for ((job, played), actions) in jobs.iter().zip(&played).zip(&actions) {
        let mut env = CarRacing::new(racing.config.clone()).unwrap();
        env.begin(Some(job.seed));
        let score: f64 = actions.iter().map(|&action| env.advance(action).unwrap().reward).sum();
        assert_eq!((played.score, played.steps), (score, 40));
        for [steering, gas, brake] in actions {
            assert!((-1.0..=1.0).contains(steering) && (0.0..=1.0).contains(gas) && (0.0..=1.0).contains(brake));
        }
    }
    assert_ne!(actions[0], actions[1]);
}

#[test]
fn an_episode_does_not_depend_on_the_others_of_its_group() {
    let _turn = take_turn();
    let (mut racing, mut dream) = (racing(1), dream(1.0));
    let worlds: [&mut dyn World; 2] = [&mut racing, &mut dream];
    for world in worlds {
        let together = world.play(&jobs(&[5, 6, 7], 30)).unwrap();
        let alone: Vec<Played> = [5, 6, 7].iter().flat_map(|&seed| world.play(&jobs(&[seed], 30)).unwrap()).collect();
        for (a, b) in together.iter().zip(&alone) {
            assert_eq!(a.steps, b.steps);
            assert!((a.score - b.score).abs() < 1e-9, "{together:?} {alone:?}");
        }
    }
}

#[test]
fn episodes_end_by_their_rules() {
    let _turn = take_turn();
    let racing = racing(1);
    let mut hopeless = jobs(&[1, 2, 3, 4], 200);
    for (number, job) in hopeless.iter_mut().enumerate() {
        job.rules.hopeless_after = Some(10 + 10 * number as u32);
    }
    // Nobody gives gas: after the first tiles there is nothing more.
    let brakes: Vec<f32> =
        (0..CONTROLLER.weights()).map(|i| if i == CONTROLLER.weights() - 2 { -20.0 } else { 0.0 }).collect();
    let brakes = Arc::new(brakes);
    hopeless.iter_mut().for_each(|job| job.controller = brakes.clone());
    let played = racing.drive(&hopeless, |_| Ok(())).unwrap();
    for (number, played) in played.iter().enumerate() {
        // The reward of the tiles at the start comes with the first step.
        assert_eq!(played.steps, 11 + 10 * number as u32, "{played:?}");
    }
    assert_eq!(racing.drive(&jobs(&[1], 7), |_| Ok(())).unwrap()[0].steps, 7);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let _turn = take_turn();
    let config = EvolveConfig { population: 6, episodes: 3, max_steps: 12, first_steps: 12, ..EvolveConfig::book() };
    let folder = tempfile::tempdir().unwrap();
    let [vae, memory] = ["vae", "memory"].map(|name| folder.path().join(name));
    let original = racing(1);
    weights::save(&original.vae.variables, &vae).unwrap();
    weights::save(&original.memory.variables, &memory).unwrap();
    let breed = |threads: usize| {
        let [vae, memory] = [vae.clone(), memory.clone()];
        let players = Players::new(threads, move || {
            let racing = racing(2);
            weights::load(&racing.vae.variables, &vae)?;
            weights::load(&racing.memory.variables, &memory)?;
            Ok(racing)
        });
        let mut training = ControllerTraining::new(config, &CONTROLLER, players, 42).unwrap();
        let generations: Vec<_> = (0..3).map(|number| training.generation(number).unwrap()).collect();
        (generations, training.controller.weights().unwrap())
    };
    let one = breed(1);
    assert_eq!(one, breed(3));
    assert!(one.0.iter().all(|generation| generation.best_score >= generation.mean_score));
    assert!(one.1.iter().any(|&weight| weight != 0.0));
}

#[test]
fn controllers_learn_in_a_world_that_can_be_learned() {
    let _turn = take_turn();
    /// The more the first weight is above 0, the better.
    struct Simple;
    impl World for Simple {
        fn play(&mut self, jobs: &[Job]) -> anyhow::Result<Vec<Played>> {
            Ok(jobs.iter().map(|job| Played { score: 100.0 * f64::from(job.controller[0]), steps: 1 }).collect())
        }
    }
    for tracks in [Tracks::Antithetic, Tracks::Common] {
        let config = EvolveConfig { population: 8, episodes: 1, tracks, ..EvolveConfig::book() };
        let net = ControllerConfig { z_dim: 1, hidden: 1 };
        let mut training = ControllerTraining::new(config, &net, Players::new(2, || Ok(Simple)), 1).unwrap();
        for number in 0..40 {
            training.generation(number).unwrap();
        }
        assert!(training.controller.weights().unwrap()[0] > 1.0, "{:?}", training.controller.weights());
    }
}

#[test]
fn a_hotter_dream_is_less_certain() {
    let _turn = take_turn();
    let spread = |temperature: f64| {
        let mut all = vec![];
        let jobs = jobs(&[1, 2, 3, 4, 5, 6, 7, 8], 30);
        let keep = |moment: DreamMoment| {
            all.push(moment.z.copy());
            Ok(())
        };
        dream(temperature).dream(&jobs, keep).unwrap();
        Tensor::cat(&all[1..], 0).std(false).double_value(&[])
    };
    let spreads = [0.2, 1.0, 2.0].map(spread);
    assert!(spreads.is_sorted(), "{spreads:?}");
    // Chance in M's units is chance, too.
    let with_dropout = |dropout: f64| {
        let mut last = Tensor::new();
        let keep = |moment: DreamMoment| {
            last = moment.z.copy();
            Ok(())
        };
        Dream { dropout, ..dream(0.2) }.dream(&jobs(&[1, 2], 9), keep).unwrap();
        last
    };
    assert!(with_dropout(0.5).equal(&with_dropout(0.5)));
    assert!(!with_dropout(0.5).equal(&with_dropout(0.0)));
    let error = dream(1e300).dream(&jobs(&[1], 3), |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("lower temperature"), "{error}");
}

#[test]
fn a_controller_with_nan_is_an_error() {
    let _turn = take_turn();
    let mut job = jobs(&[1], 5).remove(0);
    job.controller = Arc::new(vec![f32::NAN; CONTROLLER.weights()]);
    let error = racing(1).play(&[job]).unwrap_err().to_string();
    assert!(error.contains("NaN"), "{error}");
    let controller = Controller::new(&CONTROLLER, Device::Cpu).unwrap();
    assert_eq!(controller.weights().unwrap().len(), CONTROLLER.weights());
}
