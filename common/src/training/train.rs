use super::checkpoint::{Position, TrainState};
use super::history::History;
use super::progress::Progress;
use super::run::RunFolder;
use super::step_history::StepHistory;
use super::step_losses::{EpochEnd, Read, StepLosses};
use super::stop::{Interrupted, asked_to_stop};
use super::tensorboard::EventFile;
use crate::device;
use crate::files;
use crate::keras::weights;
use crate::say;
use anyhow::{Result, bail, ensure};
use std::fs::File;
use std::time::{Duration, Instant};
use tch::Tensor;

/// Time between two checkpoints within a long epoch: the most that a kill costs.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// Time between two readings of losses, for each of which the program waits until a GPU has done all that it was given.
const READ_EVERY: Duration = Duration::from_millis(500);

/// The largest number of epochs that wait to be read.
const MOST_UNREAD: u64 = 1000;

/// The length of a training run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Number of epochs.
    pub epochs: u64,
    /// Steps in an epoch.
    pub batches: u64,
    /// Seed of the run.
    pub seed: u64,
}

/// A training step; all numbers count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The epoch.
    pub epoch: u64,
    /// The batch within the epoch.
    pub batch: u64,
    /// The step within the run.
    pub number: u64,
}

/// A training run in progress; see the [module](super).
#[derive(Debug)]
pub struct Training {
    folder: RunFolder,
    plan: Plan,
    state: TrainState,
    position: Position,
    /// The recorded metrics, without those on held-out samples.
    losses: StepLosses,
    /// Losses by step, if they are wanted.
    steps: Option<StepHistory>,
    /// The file of the curves, with `--tensorboard`.
    events: Option<EventFile>,
    /// Number of steps whose losses are read.
    read: u64,
    /// The epoch's metrics on held-out samples, by name.
    validation: Vec<(String, f64)>,
    progress: Progress,
    /// Up to when the position counts the seconds.
    counted: Instant,
    /// When losses were last read.
    read_at: Instant,
    /// Time between two readings.
    read_every: Duration,
    saved: Instant,
    save_took: Duration,
    /// Held while the run trains: two processes must not train in one folder.
    _lock: File,
    epoch_start: f64,
}

impl Training {
    /// Starts a run, or resumes it from its checkpoint if there is one.
    ///
    /// # Errors
    /// The checkpoint is damaged, of another model or of another plan.
    pub fn start(folder: &RunFolder, plan: Plan, state: TrainState) -> Result<Training> {
        let lock = folder.lock()?;
        files::remove_parts(&folder.path);
        let checkpoint = folder.checkpoint();
        let mut position = Position { steps_per_epoch: plan.batches, ..Position::default() };
        if checkpoint.exists() {
            position = checkpoint.load(&state)?;
            ensure!(
                position.steps_per_epoch == plan.batches,
                "{} was trained with {} batches per epoch, but this run has {}: resume with the same data and batch size",
                folder.path.display(),
                position.steps_per_epoch,
                plan.batches
            );
            let (done, total) = (position.step, plan.epochs * plan.batches);
            if done >= total {
                say!("already trained: {done} steps")
            } else {
                say!("resuming after step {done} of {total}")
            }
        }
        let mut losses = StepLosses::resume(&position.sums, position.samples);
        let trains = folder.has_tensorboard() && position.step < plan.epochs * plan.batches;
        let events = trains.then(|| EventFile::start(&folder.path, position.step + 1)).transpose()?;
        if events.is_some() && plan.batches > 1 {
            losses.keep_each();
        }
        let progress = Progress::new(plan.epochs, plan.batches, position.step);
        let now = Instant::now();
        let epoch_start = position.history.last().map_or(0.0, |(seconds, _)| *seconds);
        let training = Training {
            folder: folder.clone(),
            plan,
            state,
            read: position.step,
            position,
            losses,
            steps: None,
            events,
            validation: vec![],
            progress,
            counted: now,
            read_at: now,
            read_every: READ_EVERY,
            saved: now,
            save_took: Duration::ZERO,
            _lock: lock,
            epoch_start,
        };
        // A kill may have happened between checkpoint and history.
        training.known_history().write(&folder.path.join("history.csv"))?;
        Ok(training)
    }

    /// Also keeps the losses of each step, in `steps.csv`; see [`RunFolder::step_history`].
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn keeping_steps(mut self) -> Result<Training> {
        self.steps = Some(StepHistory::start(&self.folder.path, self.position.step)?);
        self.losses.keep_each();
        Ok(self)
    }

    /// Calls an epoch by another name on the screen, such as `generation`.
    pub fn counting(mut self, unit: &'static str) -> Training {
        self.progress.unit = unit;
        self
    }

    /// The next step, or `None` after the last one. Ends the epoch, saves, and seeds libtorch's random numbers.
    ///
    /// Losses are read from the device at most every half second, those of several short epochs together: a GPU does not
    /// wait for the program after each of them. Before anything is saved, all of them are read.
    ///
    /// # Errors
    /// [`Interrupted`] after Ctrl-C; a loss that is NaN or infinite, when it is read; a disk that is full.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and stops the loop then")]
    pub fn next(&mut self) -> Result<Option<Step>> {
        let Plan { epochs, batches, seed } = self.plan;
        let step = self.position.step;
        self.progress.step(step);
        let ended = self.position.history.len() as u64 + self.losses.ended();
        if step.is_multiple_of(batches) && step > ended * batches {
            self.end_epoch();
            // Not every short epoch is saved: that would take more time than training.
            if step >= epochs * batches || self.saved.elapsed() > self.save_took * 20 {
                self.save()?;
            }
        }
        if step >= epochs * batches {
            self.finish()?;
            return Ok(None);
        }
        if asked_to_stop() {
            self.save()?;
            self.progress.finish();
            let (total, folder) = (epochs * batches, self.folder.path.display());
            bail!(Interrupted(format!("stopped after {step} of {total} steps; everything is saved in {folder}")));
        }
        if self.saved.elapsed() > SAVE_EVERY {
            self.save()?;
        }
        if self.losses_are_due() {
            self.look()?;
            if !step.is_multiple_of(batches) {
                let means: Vec<f64> = self.position.sums.iter().map(|sum| sum / self.position.samples).collect();
                self.progress.losses(step / batches, &self.position.metrics, &means);
            }
        }
        device::seed(&[seed, step]);
        Ok(Some(Step { epoch: step / batches, batch: step % batches, number: step }))
    }

    /// Ends training before its last epoch, for early stopping: call it in place of the first step of an epoch.
    ///
    /// # Errors
    /// The disk is full.
    pub fn stop(mut self) -> Result<()> {
        self.save()?;
        self.finish()
    }

    /// Writes the weights alone.
    fn finish(&mut self) -> Result<()> {
        self.progress.finish();
        weights::save_named(&self.state.variables, &self.folder.weights())
    }

    /// Records the step's losses by name: scalars, each a mean over `samples`. The history gets their mean over the
    /// epoch's samples, as in Keras. Every step records the same names.
    ///
    /// # Panics
    /// If the names differ from those of the first step.
    pub fn record(&mut self, samples: i64, losses: &[(&str, &Tensor)]) {
        self.losses.add(samples, losses);
        self.position.step += 1;
    }

    /// Records the epoch's metrics on held-out samples by name, after its last step ([`Training::ends_epoch`]). They
    /// follow the other metrics in the history. Keras' names for them begin with `val_`.
    pub fn record_validation(&mut self, metrics: &[(&str, f64)]) {
        self.validation = metrics.iter().map(|(name, value)| (name.to_string(), *value)).collect();
    }

    /// Whether this step is the last one of its epoch.
    pub fn ends_epoch(&self, step: Step) -> bool {
        step.batch + 1 == self.plan.batches
    }

    /// Number of steps done, including those before a resume.
    pub fn steps_done(&self) -> u64 {
        self.position.step
    }

    /// Losses by epoch so far. Waits for a GPU if an epoch has ended since losses were last read.
    ///
    /// # Errors
    /// A loss is NaN or infinite.
    pub fn history(&mut self) -> Result<History> {
        if self.losses.ended() > 0 {
            self.look()?;
        }
        Ok(self.known_history())
    }

    /// Losses by epoch as far as they are read.
    fn known_history(&self) -> History {
        History { metrics: self.position.metrics.clone(), rows: self.position.history.clone() }
    }

    /// Whether too many epochs wait to be read, or losses are shown that were last read some time ago.
    fn losses_are_due(&self) -> bool {
        let ended = self.losses.ended();
        let shown = ended > 0 || self.progress.shows_losses();
        ended >= MOST_UNREAD || (shown && self.read_at.elapsed() >= self.read_every)
    }

    /// Counts the seconds of training up to now.
    fn count_seconds(&mut self) {
        let now = Instant::now();
        self.position.seconds += (now - self.counted).as_secs_f64();
        self.counted = now;
    }

    /// Ends the epoch; its losses are read later.
    fn end_epoch(&mut self) {
        self.count_seconds();
        let validation = std::mem::take(&mut self.validation);
        self.losses.end_epoch(EpochEnd { seconds: self.position.seconds, validation });
    }

    /// Reads the losses from the device: after this, the position is that of the last step.
    fn look(&mut self) -> Result<()> {
        let mut read = self.losses.read()?;
        self.count_seconds();
        self.read_at = self.counted;
        // If no step follows the last epoch, the device has finished it just now.
        if let Some(end) = read.last_mut().and_then(|last| last.end.as_mut()) {
            end.seconds = self.position.seconds;
        }
        read.into_iter().try_for_each(|read| self.pass_on(read))
    }

    /// Passes the losses of an epoch on to its sums, the course beside the bar, the losses by step and the curves; and
    /// closes it if it has ended.
    fn pass_on(&mut self, read: Read) -> Result<()> {
        // 0 and a negative zero are 0.
        let sums: Vec<f64> = read.sums.iter().map(|sum| 0.0 + sum).collect();
        let position = &mut self.position;
        let first = |sums: &[f64]| sums.first().copied().unwrap_or(0.0);
        self.progress.trend(read.steps, read.samples - position.samples, first(&sums) - first(&position.sums));
        (position.sums, position.samples) = (sums, read.samples);
        if let Some(steps) = &mut self.steps {
            steps.add(&self.losses.names, &read.each);
        }
        if let Some(events) = self.events.as_ref().filter(|_| !read.each.is_empty()) {
            events.scalars("step", &self.losses.names, self.read + 1, &read.each)?;
        }
        self.read += read.steps;
        if let Some(i) = position.sums.iter().position(|sum| !sum.is_finite()) {
            return self.give_up(&format!("{} became {}", self.losses.names[i], self.position.sums[i]));
        }
        match read.end {
            Some(end) => {
                self.name_metrics(&end.validation)?;
                self.close_epoch(&end)
            }
            None => self.name_metrics(&[]),
        }
    }

    /// A run records one set of names, also after a resume.
    fn name_metrics(&mut self, validation: &[(String, f64)]) -> Result<()> {
        let validation = validation.iter().map(|(name, _)| name.clone());
        let names: Vec<String> = self.losses.names.iter().cloned().chain(validation).collect();
        let known = &self.position.metrics;
        if known.len() < names.len() && names.starts_with(known) && self.position.history.is_empty() {
            self.position.metrics = names;
        } else {
            ensure!(
                known.starts_with(&names),
                "{} recorded {}, but this experiment records {}: another version trained it",
                self.folder.path.display(),
                known.join(", "),
                names.join(", ")
            );
        }
        Ok(())
    }

    /// Puts an epoch whose losses are read in the history.
    fn close_epoch(&mut self, end: &EpochEnd) -> Result<()> {
        let position = &mut self.position;
        let mut means: Vec<f64> = position.sums.iter().map(|sum| sum / position.samples).collect();
        means.extend(end.validation.iter().map(|(_, value)| value));
        ensure!(
            means.len() == position.metrics.len(),
            "the epoch has {} metrics, but the history expects {}",
            means.len(),
            position.metrics.join(", ")
        );
        let epoch = position.history.len() as u64;
        self.progress.epoch(epoch, end.seconds - self.epoch_start, &position.metrics, &means);
        self.epoch_start = end.seconds;
        if let Some(events) = &self.events {
            events.scalars("epoch", &position.metrics, self.read, std::slice::from_ref(&means))?;
        }
        position.history.push((end.seconds, means));
        position.sums.fill(0.0);
        position.samples = 0.0;
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        self.look()?;
        let start = Instant::now();
        // The loss belongs to the weights before the step: it may be finite when the weights no longer are.
        for (name, variable) in &self.state.variables {
            if variable.isfinite().all().int64_value(&[]) == 0 {
                return self.give_up(&format!("the weights {name} contain NaN or infinity"));
            }
        }
        if let Some(steps) = &mut self.steps {
            steps.save()?;
        }
        self.folder.checkpoint().save(&self.state, &self.position)?;
        self.known_history().write(&self.folder.path.join("history.csv"))?;
        self.saved = Instant::now();
        self.save_took = start.elapsed();
        Ok(())
    }

    fn give_up(&self, why: &str) -> Result<()> {
        self.progress.finish();
        let folder = self.folder.path.display();
        let kept =
            if self.folder.checkpoint().exists() { "the last good checkpoint is kept" } else { "nothing was saved" };
        let step = self.read;
        bail!("{why} by step {step}: training stops\n{kept} in {folder}; try a smaller learning rate")
    }
}

#[cfg(test)]
mod tests;
