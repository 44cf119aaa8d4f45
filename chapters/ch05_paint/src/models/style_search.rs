//! The search for the image with the least loss (p. 195).

use super::style_lbfgs::Lbfgs;
use super::style_transfer::{StyleTransfer, values};
use anyhow::Result;
use common::training::{Plan, RunFolder, TrainState, Training};
use std::rc::Rc;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// How an image is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// Number of iterations.
    pub epochs: u64,
    /// An iteration ends when it has made more evaluations of the loss than this: 20 in the book.
    pub evaluations: u64,
    /// Whether L-BFGS forgets its memory after each iteration, as in the book.
    pub restart: bool,
    /// Seed of the run.
    pub seed: u64,
}

impl Search {
    /// Runs the iterations in a run folder, or resumes them, and returns the image. `after` gets the number of each
    /// finished iteration, from 1, and its image; a resumed run may repeat some iterations.
    ///
    /// # Errors
    /// As [`Training::next`], or the error of `after`.
    pub fn run(
        &self,
        losses: &Rc<StyleTransfer>,
        start: &Tensor,
        folder: &RunFolder,
        mut after: impl FnMut(u64, &Tensor) -> Result<()>,
    ) -> Result<Tensor> {
        let variables = VarStore::new(Device::Cpu);
        let start = start.to_device(Device::Cpu).to_kind(Kind::Double);
        let mut image = (variables.root() / "combination").add("image", start.copy(), false);
        let function = losses.clone();
        let optimizer = Rc::new(Lbfgs::new(Rc::new(move |x| function.evaluate(x)), values(&start)));
        let state = TrainState::new(&variables).encoded("lbfgs", &optimizer);
        let plan = Plan { epochs: self.epochs, batches: 1, seed: self.seed };
        let mut training = Training::start(folder, plan, state)?;
        while let Some(step) = training.next()? {
            let first = optimizer.evaluations();
            optimizer.minimize(self.evaluations)?;
            if self.restart {
                optimizer.restart();
            }
            image.copy_(&Tensor::from_slice(&optimizer.point()).view_as(&image));
            let parts = tch::no_grad(|| losses.losses(&image.to_device(losses.device())));
            let evaluations = Tensor::from((optimizer.evaluations() - first) as f64).to_device(losses.device());
            training.record(
                1,
                &[
                    ("loss", &parts.total()),
                    ("content_loss", &parts.content),
                    ("style_loss", &parts.style),
                    ("total_variation_loss", &parts.total_variation),
                    ("evaluations", &evaluations),
                ],
            );
            after(step.number + 1, &image)?;
        }
        Ok(image)
    }
}
