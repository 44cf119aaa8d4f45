//! L-BFGS as scipy's `fmin_l_bfgs_b` runs it (p. 195), from the crate basin.

use anyhow::{Context, Result, anyhow, ensure};
use basin::{
    BoxBounds, ConstraintDescription, ConstraintSet, Constraints, CostFunction, Executor, FirstOrderState, Gradient,
    State, StepOutcome, Stepper,
};
use common::training::{Encoded, with_checksum, without_checksum};
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::fmt;
use std::rc::Rc;

/// scipy's `factr` times the precision of f64: the relative fall of the value below which a search ends.
const LEAST_FALL: f64 = 1e7 * f64::EPSILON;
/// scipy's `pgtol`: the largest value of the gradient at which a search ends.
const FLAT: f64 = 1e-5;

/// The saved state in messages.
const STATE: &str = "the state of L-BFGS";

/// A function of many values with its gradient.
pub type Function = Rc<dyn Fn(&[f64]) -> (f64, Vec<f64>)>;

type Solver = basin::Lbfgs<Vec<f64>>;
type Progress = FirstOrderState<Vec<f64>>;

/// A search for the minimum of a function, with a memory of ten steps. It is continued call by call, and can be saved in
/// between.
pub struct Lbfgs {
    problem: Problem,
    /// None before the first call, and after [`Lbfgs::restart`].
    stepper: RefCell<Option<Stepper<Problem, Progress, Solver>>>,
    /// Where the next search starts.
    start: RefCell<Vec<f64>>,
}

impl Lbfgs {
    /// A search from this point.
    pub fn new(function: Function, start: Vec<f64>) -> Lbfgs {
        let n = start.len();
        let [lower, upper] = [f64::NEG_INFINITY, f64::INFINITY].map(|bound| Rc::new(vec![bound; n]));
        let problem = Problem { function, evaluations: Rc::default(), lower, upper };
        Lbfgs { problem, stepper: RefCell::default(), start: RefCell::new(start) }
    }

    /// Forgets the memory: the next call starts anew from the point reached.
    pub fn restart(&self) {
        if let Some(stepper) = self.stepper.take() {
            self.start.replace(stepper.into_state().param().clone());
        }
    }

    /// Continues the search until it has made more than `maxfun` evaluations or cannot improve, and returns the value
    /// reached. Like scipy, it counts after whole iterations only: 20 ends with 21 or more. A search that ended starts anew
    /// at the next call.
    ///
    /// # Errors
    /// The function is not finite at the start.
    pub fn minimize(&self, maxfun: u64) -> Result<f64> {
        let first = self.evaluations();
        if self.stepper.borrow().as_ref().is_some_and(|stepper| stepper.finished().is_some()) {
            self.restart();
        }
        loop {
            let (value, ended) = self.step()?;
            if ended || self.evaluations() - first > maxfun {
                return Ok(value);
            }
        }
    }

    /// Runs one iteration of the search: the value reached, and whether the search has ended.
    ///
    /// # Errors
    /// The function is not finite at the start.
    pub fn step(&self) -> Result<(f64, bool)> {
        let mut slot = self.stepper.borrow_mut();
        let stepper = match &mut *slot {
            Some(stepper) => stepper,
            None => {
                let state = FirstOrderState::new(self.start.borrow().clone());
                let stepper = Executor::new(self.problem.clone(), solver(), state).into_stepper();
                slot.insert(stepper.map_err(|error| anyhow!("cannot start L-BFGS: {error}"))?)
            }
        };
        let value = stepper.state().cost();
        ensure!(value.is_finite(), "the loss is {value} at the start");
        let outcome = stepper.step().map_err(|error| anyhow!("L-BFGS failed: {error}"))?;
        Ok((stepper.state().cost(), matches!(outcome, StepOutcome::Stopped(_))))
    }

    /// The point reached.
    pub fn point(&self) -> Vec<f64> {
        self.stepper.borrow().as_ref().map_or_else(|| self.start.borrow().clone(), |s| s.state().param().clone())
    }

    /// Number of evaluations of the function since the program's start.
    pub fn evaluations(&self) -> u64 {
        self.problem.evaluations.get()
    }
}

/// scipy's defaults: a memory of 10, at most 20 evaluations in a line search of Moré and Thuente.
fn solver() -> Solver {
    basin::Lbfgs::new()
        .with_relative_cost_reduction_tolerance(LEAST_FALL)
        .with_absolute_projected_gradient_tolerance(FLAT)
}

impl fmt::Debug for Lbfgs {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Lbfgs({} values, {} evaluations)", self.start.borrow().len(), self.evaluations())
    }
}

impl Encoded for Lbfgs {
    /// A checksum stands in front: the crate takes a damaged state for a good one, and panics later.
    fn encode(&self) -> Result<Vec<u8>> {
        let stepper = self.stepper.borrow();
        let parts = stepper.as_ref().map(|stepper| (stepper.solver(), stepper.state(), stepper.counts()));
        let bytes = postcard::to_allocvec(&(&*self.start.borrow(), parts));
        Ok(with_checksum(&bytes.with_context(|| format!("cannot encode {STATE}"))?))
    }

    fn decode(&self, bytes: &[u8]) -> Result<()> {
        let bytes = without_checksum(bytes, STATE)?;
        let (start, parts): (Vec<f64>, Option<(Solver, Progress, basin::EvalCounts)>) =
            postcard::from_bytes(bytes).with_context(|| format!("{STATE} is of another version"))?;
        let n = self.start.borrow().len();
        let point = parts.as_ref().map_or(&start, |(_, state, _)| state.param());
        ensure!(start.len() == n && point.len() == n, "{STATE} has {} values, not {n}", start.len());
        let resumed = parts.map(|(solver, state, counts)| {
            let checkpoint = basin::ExactCheckpoint::from_parts(solver, state, counts);
            Executor::resume_from_checkpoint(self.problem.clone(), checkpoint).into_stepper()
        });
        let resumed = resumed.transpose().map_err(|error| anyhow!("{STATE} cannot be used: {error}"))?;
        self.start.replace(start);
        self.stepper.replace(resumed);
        Ok(())
    }
}

/// The function, as basin takes it: within bounds, which are infinite. Its unbounded form goes other ways than scipy.
#[derive(Clone)]
struct Problem {
    function: Function,
    evaluations: Rc<Cell<u64>>,
    lower: Rc<Vec<f64>>,
    upper: Rc<Vec<f64>>,
}

impl Constraints for Problem {
    type Set = ConstraintSet<BoxBounds<Vec<f64>>>;

    fn constraints(&self) -> <Self::Set as ConstraintDescription>::Borrowed<'_> {
        ConstraintSet::new().with_bounds(BoxBounds::new(Some(&self.lower), Some(&self.upper)))
    }
}

impl CostFunction for Problem {
    type Param = Vec<f64>;
    type Output = f64;
    type Error = Infallible;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Infallible> {
        Ok(self.cost_and_gradient(x)?.0)
    }
}

impl Gradient for Problem {
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Infallible> {
        Ok(self.cost_and_gradient(x)?.1)
    }

    fn cost_and_gradient(&self, x: &Vec<f64>) -> Result<(f64, Vec<f64>), Infallible> {
        self.evaluations.set(self.evaluations.get() + 1);
        Ok((self.function)(x))
    }
}
