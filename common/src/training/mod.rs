//! What a training loop needs around it: a run folder, checkpoints, a history, progress, a way to stop.
//!
//! The loop itself stands in the chapter:
//!
//! ```text
//! let state = TrainState::new(&model.variables).optimizer("adam", &optimizer);
//! let mut training = Training::start(&run.folder, plan, state)?; // resumes where a stopped run was
//! while let Some(step) = training.next()? {
//!     let x = digits.index_select(0, &batches.rows(step.epoch, step.batch));
//!     let loss = model.train_step(&x, &mut optimizer);
//!     training.record(x.size()[0], &[("loss", &loss)]);
//! }
//! ```
//!
//! libtorch's random numbers are seeded anew at each step from (seed, step), so a run that was stopped and resumed,
//! at whatever step, ends in the same weights, bit for bit on the CPU.

mod checkpoint;
mod config;
mod history;
mod progress;
mod run;
mod stop;
mod train;

pub use catalog::Preset;
pub use checkpoint::{CheckpointFile, TrainState};
pub use config::{ExperimentConfig, FitConfig, configure, ensure_positive, settings};
pub use history::History;
pub use run::{DataInfo, Params, Run, RunFolder};
pub use stop::{Interrupted, ensure_not_stopped, stop_on_ctrl_c};
pub use train::{Plan, Step, Training};
