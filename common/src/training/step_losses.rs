use anyhow::{Context, Result};
use tch::{Device, Kind, Tensor};

/// The losses of the steps since they were last read, on the device: reading them at each step would make a GPU wait.
#[derive(Debug, Default)]
pub(super) struct StepLosses {
    /// Names of the losses; none before the first step.
    pub names: Vec<String>,
    /// Sums of the losses over the samples, `[names]`.
    sums: Option<Tensor>,
    samples: f64,
    steps: u64,
    /// The losses of each step, `[names]` each, if they are wanted.
    each: Option<Vec<Tensor>>,
}

/// What was read.
#[derive(Debug)]
pub(super) struct Read {
    /// Sum of each loss over the samples.
    pub sums: Vec<f64>,
    /// Number of samples.
    pub samples: f64,
    /// Number of steps.
    pub steps: u64,
    /// The losses of each step; empty if they are not wanted.
    pub each: Vec<Vec<f64>>,
}

impl StepLosses {
    /// From now on, also keeps the losses of each step.
    pub fn keep_each(&mut self) {
        self.each.get_or_insert_default();
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.sums.is_none()
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
        if let Some(each) = &mut self.each {
            each.push(losses.shallow_clone());
        }
        let weighted = losses * samples as f64;
        self.sums = Some(match self.sums.take() {
            Some(sums) => sums + weighted,
            None => weighted,
        });
        self.samples += samples as f64;
        self.steps += 1;
    }

    /// Reads the losses from the device, and begins anew; `None` if there are none.
    ///
    /// # Errors
    /// libtorch cannot copy them.
    pub fn read(&mut self) -> Result<Option<Read>> {
        let Some(sums) = self.sums.take() else { return Ok(None) };
        let sums = (0..self.names.len() as i64).map(|i| sums.double_value(&[i])).collect();
        let each = match &mut self.each {
            Some(each) => {
                let all = Tensor::stack(&std::mem::take(each), 0).to_device(Device::Cpu);
                Vec::<Vec<f64>>::try_from(all).context("cannot read the losses of the last steps")?
            }
            None => vec![],
        };
        let (samples, steps) = (std::mem::take(&mut self.samples), std::mem::take(&mut self.steps));
        Ok(Some(Read { sums, samples, steps, each }))
    }
}
