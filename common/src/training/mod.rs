//! The training kit: run folder, checkpoints, history, progress, curves in TensorBoard, and interruption.
//!
//! The training loop is in the chapter:
//!
//! ```text
//! let state = TrainState::new(&model.variables).optimizer("adam", &optimizer);
//! let mut training = Training::start(&run.folder, plan, state)?; // resumes a stopped run
//! while let Some(step) = training.next()? {
//!     let x = digits.index_select(0, &batches.rows(step.epoch, step.batch));
//!     let loss = model.train_step(&x, &mut optimizer);
//!     training.record(x.size()[0], &[("loss", &loss)]);
//! }
//! ```
//!
//! Losses stay on the device until they are shown or saved, so that a GPU does not wait for the program.
//!
//! libtorch's random numbers are seeded at each step from (seed, step), so a run that is stopped at any step and
//! resumed ends with the same weights, bit for bit on the CPU.

mod checkpoint;
mod checksum;
mod config;
mod history;
mod progress;
mod run;
mod sparkline;
mod step_history;
mod step_losses;
mod stop;
mod tensorboard;
mod train;

pub use catalog::Preset;
pub use checkpoint::{CheckpointFile, Encoded, TrainState};
pub use checksum::{with_checksum, without_checksum};
pub use config::{ExperimentConfig, FitConfig, configure, ensure_positive, is_measured_only, overridden, settings};
pub use history::History;
pub use run::{DataInfo, Params, Run, RunFolder};
pub use stop::{Interrupted, ensure_not_stopped, stop_on_ctrl_c};
pub use train::{Plan, Step, Training};
