use anyhow::{Context, Result};
use tch::{Device, Kind, Tensor};

/// The losses of the steps since they were last read, on the device: reading them makes the program wait for a GPU. Sums
/// run through a whole epoch, so that they do not depend on when they are read.
#[derive(Debug, Default)]
pub(super) struct StepLosses {
    /// Names of the losses; none before the first step.
    pub names: Vec<String>,
    /// The epochs that have ended since, in order.
    ended: Vec<(EpochLosses, EpochEnd)>,
    /// The epoch in progress, from its first step on.
    current: Option<EpochLosses>,
    /// Sums and number of samples that a resumed epoch begins with.
    resumed: (Vec<f64>, f64),
    /// Whether the losses of each step are wanted.
    keeps_each: bool,
}

/// The losses of an epoch.
#[derive(Debug)]
struct EpochLosses {
    /// Sums over the samples, `[names]`.
    sums: Tensor,
    samples: f64,
    /// Steps that were not read.
    steps: u64,
    /// The losses of each of them, `[names]` each, if they are wanted.
    each: Vec<Tensor>,
}

/// What is known at the end of an epoch without its losses.
#[derive(Debug)]
pub(super) struct EpochEnd {
    /// Seconds of training so far.
    pub seconds: f64,
    /// Metrics on held-out samples, by name.
    pub validation: Vec<(String, f64)>,
}

/// What was read of an epoch.
#[derive(Debug)]
pub(super) struct Read {
    /// Sum of each loss over the epoch's samples so far.
    pub sums: Vec<f64>,
    /// Number of these samples.
    pub samples: f64,
    /// Number of steps that were not read before.
    pub steps: u64,
    /// The losses of each of them; empty if they are not wanted.
    pub each: Vec<Vec<f64>>,
    /// The end of the epoch; `None` if it goes on.
    pub end: Option<EpochEnd>,
}

impl StepLosses {
    /// Begins within an epoch, with the sums over its samples so far.
    pub fn resume(sums: &[f64], samples: f64) -> StepLosses {
        StepLosses { resumed: (sums.to_vec(), samples), ..StepLosses::default() }
    }

    /// From now on, also keeps the losses of each step.
    pub fn keep_each(&mut self) {
        self.keeps_each = true;
    }

    /// Number of epochs that have ended and were not read.
    pub fn ended(&self) -> u64 {
        self.ended.len() as u64
    }

    /// Adds a step's losses by name: scalars, each a mean over `samples`.
    ///
    /// # Panics
    /// If the names differ from those of the first step.
    pub fn add(&mut self, samples: i64, losses: &[(&str, &Tensor)]) {
        if self.names.is_empty() {
            self.names = losses.iter().map(|(name, _)| name.to_string()).collect();
        }
        let names = losses.iter().map(|(name, _)| *name);
        assert!(names.eq(self.names.iter().map(String::as_str)), "every step records {}", self.names.join(", "));
        let device = losses.first().map_or(Device::Cpu, |(_, loss)| loss.device());
        let kind = if device == Device::Mps { Kind::Float } else { Kind::Double };
        let losses: Vec<Tensor> = losses.iter().map(|(_, loss)| loss.detach().to_kind(kind)).collect();
        let losses = Tensor::stack(&losses, 0);
        let weighted = &losses * samples as f64;
        let mut epoch = match self.current.take() {
            Some(epoch) => EpochLosses { sums: epoch.sums + weighted, ..epoch },
            None => {
                let (mut sums, samples) = std::mem::take(&mut self.resumed);
                let sums = if sums.is_empty() {
                    weighted
                } else {
                    // Another version recorded other losses: it is refused when they are read.
                    sums.resize(self.names.len(), 0.0);
                    Tensor::from_slice(&sums).to_kind(kind).to_device(device) + weighted
                };
                EpochLosses { sums, samples, steps: 0, each: vec![] }
            }
        };
        epoch.samples += samples as f64;
        epoch.steps += 1;
        if self.keeps_each {
            epoch.each.push(losses);
        }
        self.current = Some(epoch);
    }

    /// Ends the epoch in progress.
    pub fn end_epoch(&mut self, end: EpochEnd) {
        self.ended.extend(self.current.take().map(|losses| (losses, end)));
    }

    /// Reads the losses from the device, in one copy: those of the epochs that have ended, and those of the epoch in
    /// progress if it has new ones.
    ///
    /// # Errors
    /// libtorch cannot copy them.
    pub fn read(&mut self) -> Result<Vec<Read>> {
        let mut unread: Vec<(EpochLosses, Option<EpochEnd>)> =
            self.ended.drain(..).map(|(losses, end)| (losses, Some(end))).collect();
        if let Some(current) = self.current.as_mut().filter(|current| current.steps > 0) {
            unread.push((current.take_steps(), None));
        }
        let sums = rows(unread.iter().map(|(losses, _)| &losses.sums))?;
        let mut each = rows(unread.iter().flat_map(|(losses, _)| &losses.each))?.into_iter();
        let read = unread.into_iter().zip(sums).map(|((losses, end), sums)| Read {
            sums,
            samples: losses.samples,
            steps: losses.steps,
            each: each.by_ref().take(losses.each.len()).collect(),
            end,
        });
        Ok(read.collect())
    }
}

impl EpochLosses {
    /// The losses so far; their steps count as read from now on.
    fn take_steps(&mut self) -> EpochLosses {
        EpochLosses {
            sums: self.sums.shallow_clone(),
            samples: self.samples,
            steps: std::mem::take(&mut self.steps),
            each: std::mem::take(&mut self.each),
        }
    }
}

/// The values of tensors `[names]`, copied together.
fn rows<'a>(tensors: impl Iterator<Item = &'a Tensor>) -> Result<Vec<Vec<f64>>> {
    let tensors: Vec<&Tensor> = tensors.collect();
    if tensors.is_empty() {
        return Ok(vec![]);
    }
    let all = Tensor::stack(&tensors, 0).to_device(Device::Cpu);
    Vec::<Vec<f64>>::try_from(all).context("cannot read the losses of the last steps")
}
