//! The figure of 08_03.

use crate::models::Series;
use anyhow::Result;
use common::arrays::array2;
use common::cli::Figures;
use common::plot::{ColorMap, Figure, HeatMap};

/// An episode as M gets it: means of all latent dimensions by frame, and actions and rewards below.
pub fn encoded(figures: &Figures, series: &Series) -> Result<()> {
    let of_first = |part: &tch::Tensor| array2(&part.get(0).transpose(0, 1)); // [time, values] -> [values, time]
    let mu = of_first(&series.mu)?;
    let action = of_first(&series.action)?;
    let reward = array2(&series.reward.narrow(0, 0, 1))?;
    let below = ndarray::concatenate(ndarray::Axis(0), &[action.view(), reward.view()])?;
    let limit = mu.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    let map = |values: &ndarray::Array2<f32>, limit: f32| {
        HeatMap::new(values.view()).map(ColorMap::Coolwarm).range(-limit, limit).stretched().x_label("frame")
    };
    let latent = map(&mu, limit).y_label("latent dimension").title("means of z");
    let acted = map(&below, 1.0).y_names(["steering", "gas", "brake", "reward"]).title("what was done, and its reward");
    let caption = "The first episode as M gets it: the means of all latent dimensions frame by frame, and below them the actions \
                   and whether a tile was reached.";
    figures.save("encoded", caption, Figure::panels(&[&[&latent], &[&acted]], (11.0, 8.0))?)
}
