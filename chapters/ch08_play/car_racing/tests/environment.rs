//! The rules of an episode, snapshots, batches, images.

use car_racing::{Action, Batch, Car, CarRacing, Config, DISCRETE_ACTIONS, LapRule, NumpyRng, Outcome, Track};
use std::f64::consts::PI;

const GAS: Action = [0.0, 0.3, 0.0];

fn environment(config: Config, seed: u64) -> CarRacing {
    let mut env = CarRacing::new(config).unwrap();
    env.begin(Some(seed));
    env
}

/// An action held for some steps, then another.
fn random_actions(seed: u64, count: usize) -> Vec<Action> {
    let mut rng = NumpyRng::new(seed);
    let mut action = GAS;
    (0..count)
        .map(|i| {
            if i % 7 == 0 {
                action = [rng.uniform(-1.0, 1.0), rng.uniform(0.0, 1.0), rng.uniform(-0.5, 0.5).max(0.0)];
            }
            action
        })
        .collect()
}

/// Aims at a point of the road ahead of the car, at a moderate speed.
fn follow_road(car: &Car, track: &Track) -> Action {
    let [x, y] = car.position().map(f64::from);
    let points = track.points();
    let distance = |i: usize| (points[i].x - x).hypot(points[i].y - y);
    let nearest = (0..points.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap();
    let goal = points[(nearest + 4) % points.len()];
    let error = (-(goal.x - x)).atan2(goal.y - y) - f64::from(car.angle());
    let error = (error + PI).rem_euclid(2.0 * PI) - PI;
    let [speed_x, speed_y] = car.velocity().map(f64::from);
    let gas = if speed_x.hypot(speed_y) < 30.0 { 0.4 } else { 0.0 };
    [(-1.5 * error).clamp(-1.0, 1.0), gas, 0.0]
}

/// Follows the road until the episode is over; the sum of rewards and the last outcome.
fn drive(env: &mut CarRacing) -> (f64, Outcome) {
    let mut sum = 0.0;
    loop {
        let action = follow_road(env.car().unwrap(), env.track().unwrap());
        let outcome = env.advance(action).unwrap();
        sum += outcome.reward;
        if outcome.is_over() {
            return (sum, outcome);
        }
    }
}

#[test]
fn misuse_is_an_error() {
    let mut env = CarRacing::new(Config::gymnasium()).unwrap();
    assert!(env.step(GAS).unwrap_err().to_string().contains("reset the environment first"));
    assert!(env.render(10, 10).unwrap_err().to_string().contains("reset the environment first"));
    assert!(env.car().is_none() && env.track().is_none() && env.info().is_none());
    env.begin(Some(0));
    for (width, height) in [(0, 10), (10, 0), (usize::MAX, 10)] {
        assert!(env.render(width, height).unwrap_err().to_string().contains("1 to 4096 pixels"));
    }
    for action in [[f64::NAN, 0.0, 0.0], [0.0, f64::INFINITY, 0.0]] {
        assert!(env.step(action).unwrap_err().to_string().contains("NaN or infinity"));
    }
    assert!(env.observe(&mut [0; 5]).unwrap_err().to_string().contains("27648 bytes, not 5"));
    let broken: [fn(&mut Config); 5] = [
        |config| config.image_size = 0,
        |config| config.window[1] = 0.0,
        |config| config.playfield = f64::NAN,
        |config| config.lap = LapRule::AsDocumented { complete: 95.0 },
        |config| config.max_episode_steps = Some(0),
    ];
    for change in broken {
        let mut config = Config::gymnasium();
        change(&mut config);
        assert!(CarRacing::new(config.clone()).is_err(), "{config:?}");
    }
}

#[test]
fn wild_actions_do_no_harm() {
    let mut env = environment(Config::gymnasium(), 0);
    for action in [[1e300, 1e300, 1e300], [-1e300, -5.0, -1e300], [f64::MIN, f64::MAX, 0.5], GAS] {
        let outcome = env.advance(action).unwrap();
        assert!(outcome.reward.is_finite());
        assert!(env.car().unwrap().position().iter().all(|at| at.is_finite()));
    }
}

#[test]
fn without_a_seed_random_numbers_go_on() {
    let mut env = environment(Config::gymnasium(), 42);
    let first = env.track().unwrap().clone();
    env.begin(None);
    let second = env.track().unwrap().clone();
    assert_ne!(first, second);
    env.begin(Some(42));
    assert_eq!(env.track(), Some(&first));
    env.begin(None);
    assert_eq!(env.track(), Some(&second));
    let mut other = CarRacing::new(Config::gymnasium()).unwrap();
    other.begin(None);
    let mut another = CarRacing::new(Config::gymnasium()).unwrap();
    another.begin(None);
    assert_ne!(other.track(), another.track(), "two environments begin at the same random place");
}

#[test]
fn an_episode_is_cut_off_after_its_steps() {
    let config = Config { max_episode_steps: Some(5), ..Config::gymnasium() };
    let mut env = environment(config, 1);
    for step in 1..=5 {
        let outcome = env.advance([0.0; 3]).unwrap();
        assert_eq!((outcome.truncated, outcome.terminated, outcome.info.steps), (step == 5, false, step));
    }
}

#[test]
fn the_reset_pays_with_the_first_step() {
    let mut env = environment(Config::gymnasium(), 1);
    let info = env.info().unwrap();
    assert!(info.tiles_visited >= 1);
    let outcome = env.advance([0.0; 3]).unwrap();
    let expected = outcome.info.tiles_visited as f64 * 1000.0 / info.tiles as f64 - 0.1;
    assert!((outcome.reward - expected).abs() < 1e-9);
}

#[test]
fn leaving_the_field_costs_a_hundred() {
    let mut env = environment(Config { max_episode_steps: None, ..Config::gymnasium() }, 3);
    let mut last = Outcome::default();
    for _ in 0..3000 {
        last = env.advance([0.0, 0.6, 0.0]).unwrap();
        if last.is_over() {
            break;
        }
    }
    assert!(last.terminated && !last.truncated);
    assert_eq!((last.reward, last.info.lap_finished), (-100.0, Some(false)));
    // The book's field is larger.
    let mut env = environment(Config { max_episode_steps: None, ..Config::book() }, 3);
    let steps = last.info.steps;
    let outcomes = (0..steps).map(|_| env.advance([0.0, 0.6, 0.0]).unwrap());
    assert!(outcomes.into_iter().all(|outcome| !outcome.terminated));
}

#[test]
fn laps_end_by_their_rule() {
    let lap = |lap| {
        let config = Config { lap, max_episode_steps: Some(4000), ..Config::gymnasium() };
        drive(&mut environment(config, 7))
    };
    let (sum, all) = lap(LapRule::AllTiles);
    assert_eq!((all.terminated, all.info.lap_finished, all.info.tiles_visited), (true, Some(true), all.info.tiles));
    let expected = 1000.0 - 0.1 * f64::from(all.info.steps);
    assert!((sum - expected).abs() < 1e-6, "{sum} {expected}");
    // Tile 0 is visited at the start, so Gymnasium's rule for 95 % of the tiles never applies.
    assert_eq!(lap(LapRule::AsGymnasium { complete: 0.95 }), (sum, all));
    // As it was meant, a lap ends where it began, with tiles left out.
    let (_, early) = lap(LapRule::AsDocumented { complete: 0.5 });
    assert!(early.terminated && early.info.lap_finished == Some(true));
    assert!(early.info.steps <= all.info.steps, "{early:?} {all:?}");
    let at_once = lap(LapRule::AsDocumented { complete: 1.0 });
    assert_eq!(at_once, (sum, all));
}

#[test]
fn a_clone_goes_on_as_the_original() {
    let actions = random_actions(1, 200);
    let mut env = environment(Config::gymnasium(), 5);
    for &action in &actions[..100] {
        env.step(action).unwrap();
    }
    let mut snapshot = env.clone();
    let play = |env: &mut CarRacing| actions[100..].iter().map(|&action| env.step(action).unwrap()).collect::<Vec<_>>();
    let original = play(&mut env);
    assert_eq!(play(&mut snapshot), original);
    env.begin(None);
    snapshot.begin(None);
    assert_eq!(env.track(), snapshot.track());
}

#[test]
fn a_batch_does_what_its_environments_do_on_any_number_of_threads() {
    let seeds = [3, 4, 5, 6, 7];
    let config = Config { max_episode_steps: Some(40), ..Config::gymnasium() };
    let play = |threads: usize| {
        let mut batch = Batch::new(config.clone(), seeds.len()).unwrap().with_threads(threads);
        batch.reset(&seeds).unwrap();
        let actions: Vec<Vec<Action>> = seeds.iter().map(|&seed| random_actions(seed, 60)).collect();
        for step in 0..60 {
            let actions: Vec<Action> = actions.iter().map(|actions| actions[step]).collect();
            batch.step(&actions).unwrap();
            if step == 50 {
                // The episodes are over since step 40: this one begins again.
                assert!(batch.is_over());
                batch.reset_one(2, Some(9)).unwrap();
            }
        }
        (batch.outcomes().to_vec(), batch.observations().to_vec())
    };
    let (outcomes, observations) = play(1);
    for threads in [2, 3, 16] {
        assert_eq!(play(threads), (outcomes.clone(), observations.clone()), "{threads} threads");
    }
    let mut env = environment(config.clone(), 3);
    let last = random_actions(3, 40).into_iter().map(|action| env.step(action).unwrap()).last().unwrap();
    assert_eq!(observations[..config.image_len()], last.observation);
    assert_eq!((outcomes[0].reward, outcomes[0].info.steps), (last.reward, 40));
    assert_eq!(outcomes[2].info.steps, 9);
}

#[test]
fn misuse_of_a_batch_is_an_error() {
    assert!(Batch::new(Config::gymnasium(), 0).is_err());
    let mut batch = Batch::new(Config::gymnasium(), 2).unwrap();
    assert!(batch.step(&[GAS; 2]).unwrap_err().to_string().contains("reset"));
    assert!(batch.reset(&[1]).unwrap_err().to_string().contains("2 environments need as many seeds, not 1"));
    batch.reset(&[1, 2]).unwrap();
    assert!(batch.step(&[GAS; 3]).is_err());
    assert!(batch.step(&[GAS, [f64::NAN; 3]]).is_err());
    assert!(batch.reset_one(2, None).is_err());
}

#[test]
fn discrete_actions_are_those_of_gymnasium() {
    let mut env = environment(Config::gymnasium(), 0);
    env.advance(DISCRETE_ACTIONS[1]).unwrap();
    assert!(env.car().unwrap().wheel_angle(0) < 0.0, "action 1 steers to the right");
    env.advance(DISCRETE_ACTIONS[3]).unwrap();
    assert_eq!(env.car().unwrap().wheels()[3].gas, 0.1);
    env.advance(DISCRETE_ACTIONS[4]).unwrap();
    assert_eq!((env.car().unwrap().wheels()[3].gas, env.car().unwrap().wheels()[0].brake), (0.0, 0.8));
}

/// The color of a pixel.
fn pixel(image: &[u8], width: usize, x: usize, y: usize) -> [u8; 3] {
    std::array::from_fn(|channel| image[3 * (width * y + x) + channel])
}

#[test]
fn an_image_shows_car_road_grass_and_bar() {
    let mut env = environment(Config::gymnasium(), 42);
    let mut observation = Vec::new();
    for _ in 0..60 {
        observation = env.step([0.0, 0.1, 0.0]).unwrap().observation;
    }
    assert_eq!(pixel(&observation, 96, 48, 72), [202, 0, 0], "the hull stands in the middle, a quarter up");
    let ahead = pixel(&observation, 96, 48, 60);
    assert!([[100; 3], [102; 3], [105; 3]].contains(&ahead), "road lies ahead: {ahead:?}");
    assert!([[100, 202, 100], [100, 228, 100]].contains(&pixel(&observation, 96, 5, 70)), "grass lies beside");
    assert_eq!(pixel(&observation, 96, 90, 90), [0, 0, 0], "the bar lies below");
    assert_eq!(pixel(&observation, 96, 13, 93), [190, 190, 190], "the speed is shown");
    let large = env.render(500, 400).unwrap();
    assert_eq!(pixel(&large, 500, 250, 300), [204, 0, 0]);
    let ahead = pixel(&large, 500, 250, 250);
    assert!([[102; 3], [104; 3], [107; 3]].contains(&ahead), "road lies ahead: {ahead:?}");
}

#[test]
fn touched_tiles_lose_their_color() {
    let camera = car_racing::Camera { zooms_in: false, follows_velocity: false };
    let mut env = environment(Config { camera, max_episode_steps: Some(4000), ..Config::gymnasium() }, 42);
    let shades =
        |image: &[u8]| image.chunks(3).filter(|rgb| [[102; 3], [105; 3]].contains(&[rgb[0], rgb[1], rgb[2]])).count();
    let before = shades(&env.step([0.0; 3]).unwrap().observation);
    let (_, outcome) = drive(&mut env);
    assert!(outcome.info.tiles_visited > 200);
    let after = shades(&env.step([0.0; 3]).unwrap().observation);
    assert!(before > 300 && after < before / 10, "{before} {after}");
}

#[test]
fn the_camera_of_the_book_follows_the_velocity_and_does_not_zoom() {
    let mut env = CarRacing::new(Config::book()).unwrap();
    let first = env.reset(Some(1));
    assert_eq!(first.len(), 64 * 64 * 3);
    let [red, green, blue] = pixel(&first, 64, 32, 48);
    assert!(red > 150 && green < 50 && blue < 50, "the car is large from the first image on");
    let mut gymnasium = CarRacing::new(Config::gymnasium()).unwrap();
    assert_ne!(pixel(&gymnasium.reset(Some(1)), 96, 48, 72), [202, 0, 0], "the whole track is seen first");
}
