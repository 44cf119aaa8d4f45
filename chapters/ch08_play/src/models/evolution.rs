//! CMA-ES (pp. 304-307), the evolution strategy that adapts how it mutates, from the crate basin: Hansen's tutorial of
//! 2016, with negative weights.
//!
//! The crate calls a function for one candidate after the other. Here all candidates of a generation are played at once,
//! so each generation is run twice: first a copy, which only tells its candidates, then the original with their costs.

use anyhow::{Context, Result, anyhow, bail, ensure};
use basin::{
    CmaEs, CostFunction, EvalCounts, ExactCheckpoint, Executor, PopulationProgress, State, StepOutcome, Stepper,
};
use common::training::{Encoded, with_checksum, without_checksum};
use nalgebra::{DMatrix, DVector};
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::rc::Rc;

/// Generations between two decompositions of the covariance matrix. In few dimensions it changes with each generation,
/// and is cheap to decompose. With the controller's 867 weights it hardly changes, and the decomposition takes longer
/// than everything else.
fn eigen_period(weights: usize) -> u64 {
    (weights as u64 / 64).clamp(1, 12)
}

/// The saved state in messages.
const STATE: &str = "the state of CMA-ES";

type Solver = CmaEs<DVector<f64>, DMatrix<f64>>;
type Progress = PopulationProgress<DVector<f64>>;

/// The state between two generations.
type Parts = (Solver, Progress, EvalCounts);

/// Minimizes a cost by evolution, generation by generation: [`Evolution::ask`] for candidates, [`Evolution::tell`] their
/// costs.
pub struct Evolution {
    start: Vec<f64>,
    sigma: f64,
    population: usize,
    seed: u64,
    /// None before the first generation.
    parts: RefCell<Option<Parts>>,
}

impl Evolution {
    /// Evolution from one point, with the standard deviation of the first mutations in each direction.
    ///
    /// # Errors
    /// The population is smaller than 4, or sigma is not above 0.
    pub fn new(start: Vec<f64>, sigma: f64, population: usize, seed: u64) -> Result<Evolution> {
        ensure!((4..=4096).contains(&population), "population must lie between 4 and 4096, not {population}");
        ensure!(sigma.is_finite() && sigma > 0.0, "sigma must be above 0, not {sigma}");
        Ok(Evolution { start, sigma, population, seed, parts: RefCell::default() })
    }

    /// The candidates of the next generation, and last the mean of the distribution that they come from: what CMA-ES
    /// recommends. Asking again gives the same.
    ///
    /// # Errors
    /// The state cannot be copied.
    pub fn ask(&self) -> Result<Vec<Vec<f64>>> {
        let copy = match &*self.parts.borrow() {
            None => None,
            Some(parts) => Some(postcard::from_bytes(&encoded(parts)?).context("cannot copy the state of CMA-ES")?),
        };
        let costs = Rc::new(Costs::default());
        self.run(copy, &costs)?;
        Ok(costs.asked.take())
    }

    /// Ends the generation: the costs of what [`Evolution::ask`] gave, in its order. NaN is the worst.
    ///
    /// # Errors
    /// The number of costs is another one.
    pub fn tell(&self, costs: &[f64]) -> Result<()> {
        let expected = self.population + 1;
        ensure!(costs.len() == expected, "the generation has {expected} costs, not {}", costs.len());
        let costs = Rc::new(Costs { known: costs.to_vec(), ..Costs::default() });
        let parts = self.parts.take();
        let parts = self.run(parts, &costs)?;
        self.parts.replace(Some(parts));
        Ok(())
    }

    /// The mean that the last generation was drawn from, whose cost was told with the others. What its costs teach shows in
    /// the mean of the next one.
    pub fn mean(&self) -> Vec<f64> {
        let parts = self.parts.borrow();
        parts.as_ref().map_or_else(|| self.start.clone(), |(_, progress, _)| progress.param().as_slice().to_vec())
    }

    /// The standard deviation of mutations, over all directions.
    pub fn sigma(&self) -> f64 {
        self.parts.borrow().as_ref().and_then(|(solver, ..)| solver.sigma()).unwrap_or(self.sigma)
    }

    /// One generation on from a state, or the first one.
    fn run(&self, parts: Option<Parts>, costs: &Rc<Costs>) -> Result<Parts> {
        let problem = Problem(costs.clone());
        let failed = |error: Infallible| match error {};
        let stepper: Stepper<Problem, Progress, Solver> = match parts {
            None => {
                let solver = Solver::new(self.seed, self.sigma).with_lambda(self.population);
                let solver = solver.with_eigen_update_period(eigen_period(self.start.len()));
                let start = Progress::from_point(DVector::from_column_slice(&self.start));
                Executor::new(problem, solver, start).max_iter(u64::MAX).into_stepper().map_err(failed)?
            }
            Some((solver, progress, counts)) => {
                let checkpoint = ExactCheckpoint::from_parts(solver, progress, counts);
                let mut stepper = Executor::resume_from_checkpoint(problem, checkpoint)
                    .max_iter(u64::MAX)
                    .into_stepper()
                    .map_err(|error| anyhow!("cannot resume CMA-ES: {error:?}"))?;
                if let StepOutcome::Stopped(report) = stepper.step().map_err(failed)? {
                    bail!("CMA-ES has failed: {report:?}");
                }
                stepper
            }
        };
        let checkpoint = stepper.into_checkpoint().context("CMA-ES has failed")?;
        Ok(checkpoint.into_parts())
    }
}

fn encoded(parts: &Parts) -> Result<Vec<u8>> {
    postcard::to_allocvec(parts).context("cannot encode the state of CMA-ES")
}

impl Encoded for Evolution {
    /// A checksum stands in front: the crate takes a damaged state for a good one, and panics later.
    fn encode(&self) -> Result<Vec<u8>> {
        let Some(bytes) = self.parts.borrow().as_ref().map(encoded).transpose()? else { return Ok(vec![]) };
        Ok(with_checksum(&bytes))
    }

    fn decode(&self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            self.parts.take();
            return Ok(());
        }
        let bytes = without_checksum(bytes, STATE)?;
        let parts: Parts = postcard::from_bytes(bytes).with_context(|| format!("{STATE} is of another version"))?;
        // Later, the crate would panic at a state without a whole generation, or with candidates of another length.
        let (members, _) = parts.1.evaluated_members().with_context(|| format!("{STATE} has no generation"))?;
        for found in members.iter().chain(parts.1.current().map(|(mean, _)| mean)).map(|weights| weights.len()) {
            ensure!(found == self.start.len(), "{STATE} has {found} weights, not {}", self.start.len());
        }
        self.parts.replace(Some(parts));
        Ok(())
    }
}

impl fmt::Debug for Evolution {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Evolution({} weights, population {}, sigma {})", self.start.len(), self.population, self.sigma())
    }
}

/// What the crate's function is asked for, and what it answers.
#[derive(Default)]
struct Costs {
    asked: RefCell<Vec<Vec<f64>>>,
    /// In the order of the questions; empty while candidates are only collected.
    known: Vec<f64>,
}

/// The function, as basin takes it.
struct Problem(Rc<Costs>);

impl CostFunction for Problem {
    type Param = DVector<f64>;
    type Output = f64;
    type Error = Infallible;

    fn cost(&self, candidate: &DVector<f64>) -> Result<f64, Infallible> {
        let mut asked = self.0.asked.borrow_mut();
        let cost = self.0.known.get(asked.len()).copied().unwrap_or_default();
        asked.push(candidate.as_slice().to_vec());
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of squares around 1, in 12 dimensions.
    fn costs(candidates: &[Vec<f64>]) -> Vec<f64> {
        candidates.iter().map(|x| x.iter().map(|x| (x - 1.0).powi(2)).sum()).collect()
    }

    fn evolution() -> Evolution {
        Evolution::new(vec![0.0; 12], 0.3, 10, 7).unwrap()
    }

    #[test]
    fn it_finds_the_minimum() {
        let evolution = evolution();
        for _ in 0..200 {
            let candidates = evolution.ask().unwrap();
            assert_eq!(candidates.len(), 11);
            evolution.tell(&costs(&candidates)).unwrap();
            assert_eq!(evolution.mean(), candidates[10], "the last one is the mean");
        }
        assert!(costs(&[evolution.mean()])[0] < 1e-6, "{:?}", evolution.mean());
        assert!(evolution.sigma() < 0.1);
    }

    #[test]
    fn candidates_are_those_that_the_crate_plays_itself() {
        let ours = evolution();
        for _ in 0..30 {
            ours.tell(&costs(&ours.ask().unwrap())).unwrap();
        }
        struct Sphere;
        impl CostFunction for Sphere {
            type Param = DVector<f64>;
            type Output = f64;
            type Error = Infallible;
            fn cost(&self, x: &DVector<f64>) -> Result<f64, Infallible> {
                Ok(costs(&[x.as_slice().to_vec()])[0])
            }
        }
        let solver = Solver::new(7, 0.3).with_lambda(10).with_eigen_update_period(eigen_period(12));
        let start = Progress::from_point(DVector::from_element(12, 0.0));
        let theirs = Executor::new(Sphere, solver, start).max_iter(29).run().unwrap();
        assert_eq!(ours.mean(), theirs.param().as_slice());
    }

    #[test]
    fn two_dimensions_take_thirty_generations() {
        let evolution = Evolution::new(vec![0.0; 2], 0.5, 8, 1).unwrap();
        for _ in 0..30 {
            evolution.tell(&costs(&evolution.ask().unwrap())).unwrap();
        }
        assert!(costs(&[evolution.mean()])[0] < 1e-3, "{:?}", evolution.mean());
        assert_eq!(eigen_period(867), 12);
    }

    #[test]
    fn it_goes_on_bit_for_bit() {
        let (whole, first) = (evolution(), evolution());
        for _ in 0..5 {
            whole.tell(&costs(&whole.ask().unwrap())).unwrap();
            first.tell(&costs(&first.ask().unwrap())).unwrap();
        }
        let resumed = evolution();
        resumed.decode(&first.encode().unwrap()).unwrap();
        for _ in 0..20 {
            whole.tell(&costs(&whole.ask().unwrap())).unwrap();
            resumed.tell(&costs(&resumed.ask().unwrap())).unwrap();
        }
        assert_eq!((whole.mean(), whole.sigma()), (resumed.mean(), resumed.sigma()));
        let bytes = whole.encode().unwrap();
        for length in [1, 40, bytes.len() / 2, bytes.len() - 1] {
            assert!(resumed.decode(&bytes[..length]).is_err(), "{length}");
        }
        // A state before its first generation, which the crate cannot tell the mean of.
        let costs = Rc::new(Costs::default());
        let (solver, _, counts) = evolution().run(None, &costs).unwrap();
        let empty = with_checksum(&encoded(&(solver, Progress::empty(), counts)).unwrap());
        assert!(resumed.decode(&empty).unwrap_err().to_string().contains("no generation"));
        let other = Evolution::new(vec![0.0; 3], 0.3, 10, 7).unwrap();
        assert!(other.decode(&bytes).unwrap_err().to_string().contains("12 weights, not 3"));
    }

    #[test]
    fn it_has_no_last_generation() {
        // basin stops by itself after 1,000 unless it is told otherwise.
        let evolution = Evolution::new(vec![0.0; 2], 0.3, 4, 7).unwrap();
        for _ in 0..1_100 {
            evolution.tell(&costs(&evolution.ask().unwrap())).unwrap();
        }
    }

    #[test]
    fn wrong_numbers_are_refused() {
        assert!(Evolution::new(vec![0.0], 0.1, 3, 0).unwrap_err().to_string().contains("population"));
        assert!(Evolution::new(vec![0.0], f64::NAN, 8, 0).unwrap_err().to_string().contains("sigma"));
        assert!(evolution().tell(&[0.0]).unwrap_err().to_string().contains("11 costs, not 1"));
    }
}
