//! The moving average of a generator's weights, which makes better images than the weights of any one step. ProGAN,
//! BigGAN and StyleGAN sample from it.

use anyhow::{Result, ensure};
use common::keras::weights;
use tch::Tensor;
use tch::nn::VarStore;

/// The averages of a net's variables: those of a second net in the same store, which no optimizer trains.
#[derive(Debug)]
pub struct MovingAverage {
    /// Average and present value of each variable.
    pairs: Vec<(Tensor, Tensor)>,
}

impl MovingAverage {
    /// Averages of all variables below `net`, in the variables of the same names below `average`, which begin with the
    /// same values. Moving statistics, too, are averaged.
    ///
    /// # Errors
    /// The two nets do not have the same variables.
    pub fn new(variables: &VarStore, net: &str, average: &str) -> Result<MovingAverage> {
        let named = weights::named_variables(variables);
        let below = |net: &str| -> Vec<(String, Tensor)> {
            let prefix = format!("{net}/");
            let own = |(name, tensor): (&String, &Tensor)| {
                Some((name.strip_prefix(&prefix)?.to_string(), tensor.shallow_clone()))
            };
            named.iter().filter_map(own).collect()
        };
        let (averages, present) = (below(average), below(net));
        let names = |list: &[(String, Tensor)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        ensure!(names(&averages) == names(&present), "internal error: {average} is no copy of {net}");
        let pairs: Vec<(Tensor, Tensor)> =
            averages.into_iter().zip(present).map(|((_, average), (_, present))| (average, present)).collect();
        for (average, _) in &pairs {
            let _ = average.set_requires_grad(false);
        }
        let averages = MovingAverage { pairs };
        averages.update(0.0);
        Ok(averages)
    }

    /// average ← decay · average + (1 - decay) · present
    pub fn update(&self, decay: f64) {
        let _no_grad = tch::no_grad_guard();
        for (average, present) in &self.pairs {
            let _ = average.shallow_clone().lerp_(present, 1.0 - decay);
        }
    }
}

/// The trainable variables below a net's name, by name.
pub fn trainable_below(variables: &VarStore, net: &str) -> Vec<Tensor> {
    let prefix = format!("{net}/");
    let all = weights::trainable_variables(variables).into_iter();
    all.filter_map(|(name, variable)| name.starts_with(&prefix).then_some(variable)).collect()
}
