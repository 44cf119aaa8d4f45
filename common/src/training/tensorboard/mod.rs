//! Curves in TensorBoard: event files in `tensorboard/` of a run folder, if `--tensorboard` is given.
//!
//! An event file is a sequence of records (`record`), each with a protobuf message (`event`): values by tag after a number
//! of training steps. All tags count the same steps, so that one number separates what a resumed run keeps from what it
//! repeats (`EventFile::start`). Tags are
//!
//! | tag | values |
//! |---|---|
//! | `epoch/<metric>` | the metrics of `history.csv`, after the last step of each epoch |
//! | `step/<loss>` | the losses of each step, if an epoch has several |
//! | chosen by the experiment | sample images and histograms |

mod event;
mod event_file;
mod histogram;
mod record;
mod run_folder;
#[cfg(test)]
mod tests;

pub(super) use event_file::EventFile;
