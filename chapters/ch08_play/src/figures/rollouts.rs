//! The figures of 08_01.

use crate::models::rollouts::{Episode, Plan, Rollouts, Statistics, Summary, track_seed};
use anyhow::{Context, Result};
use car_racing::CarRacing;
use common::cli::Figures;
use common::plot::{Chart, Figure, Histogram, ImageGrid};
use common::{files, images, say};
use ndarray::{Array4, Axis, s};
use std::time::Duration;

/// Frames of the strip.
const SHOWN: usize = 20;
/// Width of the film, and the frames from one of its images to the next.
const FILM_WIDTH: usize = 300;
const FILM_EVERY: usize = 2;
/// Bars of a histogram.
const BINS: usize = 20;
/// The time of a frame.
const FRAME: Duration = Duration::from_millis(20);

/// Twenty frames of the first episode with actions and rewards (p. 284), and the episode as a film.
pub fn frames(figures: &Figures, plan: &Plan, rollouts: &Rollouts) -> Result<()> {
    let episode = rollouts.read(0)?;
    let shown = images::evenly(episode.len(), SHOWN);
    let captions = shown.iter().map(|&t| {
        let [steer, gas, brake] = [0, 1, 2].map(|i| episode.actions[[t, i]]);
        let (reward, sum) = (episode.rewards[t], episode.rewards.slice(s![..=t]).sum());
        format!("frame {t}\n[{steer:.2}, {gas:.2}, {brake:.2}]\nreward {reward:.1}\nsum {sum:.1}")
    });
    let seen = episode.images.select(Axis(0), &shown).mapv(|value| f32::from(value) / 255.0);
    let grid = ImageGrid::new(seen.view()).columns(10).captions(captions);
    let caption = format!(
        "{} of {} frames of the first episode, as the nets see them. Below each are steering, gas and brake, the reward \
         of the action before, and the sum of rewards so far. The film shows the same drive in a larger size.",
        shown.len(),
        episode.len()
    );
    let film = film(plan, &episode)?;
    let delay = FRAME * FILM_EVERY as u32;
    figures.save_with_film("frames", &caption, Figure::fitted(&[&[&grid]], 14.0)?, film.view(), delay)
}

/// The first episode, played again for people, `[n, height, width, 3]`.
fn film(plan: &Plan, episode: &Episode) -> Result<Array4<u8>> {
    let mut env = CarRacing::new(plan.environment.config())?;
    env.begin(Some(track_seed(plan.seed, 0)));
    let [across, up] = env.config().window;
    let (width, height) = (FILM_WIDTH, (FILM_WIDTH as f64 * up / across).round() as usize);
    let (mut pixels, mut n) = (vec![], 0);
    for (t, action) in episode.actions.rows().into_iter().enumerate() {
        if t.is_multiple_of(FILM_EVERY) {
            pixels.extend(env.render(width, height)?);
            n += 1;
        }
        env.advance([0, 1, 2].map(|i| f64::from(action[i])))?;
    }
    Array4::from_shape_vec((n, height, width, 3), pixels).context("internal error: a film of the wrong size")
}

/// What the driver did, and how far it came (`numbers.json`).
pub fn actions(figures: &Figures, rollouts: &Rollouts) -> Result<()> {
    let statistics = Statistics::read(rollouts)?;
    let summary = statistics.summary();
    let Summary { steered, gas, braked, mean_reward, mean_visited, .. } = summary;
    say!("on average {:.1} % of the tiles visited, reward {mean_reward:.1}", 100.0 * mean_visited);
    let json = serde_json::to_string_pretty(&summary).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;

    let Statistics { actions: [steering, throttle, brake], visited, .. } = statistics;
    let chart = |title: &str, [x, y]: [&str; 2], histogram: Histogram| {
        Chart::new().with(histogram.bins(BINS)).title(title).x_label(x).y_label(y)
    };
    let frames = |title: &str, share: f64, what: &str, values: Vec<f64>, from: f64| {
        let title = format!("{title} in {:.0} % of the frames", 100.0 * share);
        let used = values.into_iter().filter(|&value| value != 0.0);
        chart(&title, [what, "frames"], Histogram::new(used).range(from, 1.0))
    };
    let visited = visited.into_iter().map(|share| 100.0 * share);
    let charts = [
        frames("steers", steered, "left < 0 < right", steering, -1.0),
        frames("gas", gas, "gas", throttle, 0.0),
        frames("brakes", braked, "brake", brake, 0.0),
        chart("how far it comes", ["tiles visited (%)", "episodes"], Histogram::new(visited)),
    ];
    let caption = format!(
        "What the random driver does in {} episodes: how much it steers, gives gas and brakes, in the frames in which it does; \
         and the share of the track's tiles that it visits in an episode, {:.1} % on average. The mean sum of rewards is \
         {mean_reward:.1}. The slight left turn and the full gas are those of the first frames of each episode.",
        summary.episodes,
        100.0 * mean_visited
    );
    figures.save("actions", &caption, Figure::grid(&charts, 2, (10.0, 7.5))?)
}
