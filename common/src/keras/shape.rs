use super::limits::{LONGEST_AXIS, MOST_VALUES};
use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::ops::Deref;

/// A shape as Keras has it: without the batch axis, channels last, `None` for an axis that is open (time).
///
/// Numbers and arrays turn into it: `[28, 28, 1]`, `[None]`, `[None, Some(200)]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shape(Vec<Option<i64>>);

impl Shape {
    /// The sizes, where no axis is open.
    ///
    /// # Errors
    /// An axis is open.
    pub fn sizes(&self) -> Result<Vec<i64>> {
        self.0.iter().copied().collect::<Option<_>>().with_context(|| format!("the shape {self} has an open axis"))
    }

    /// The number of values of one sample, where no axis is open.
    ///
    /// # Errors
    /// An axis is open.
    pub fn values(&self) -> Result<i64> {
        Ok(self.sizes()?.iter().product())
    }

    /// The last axis: features of a vector or a sequence, channels of an image.
    ///
    /// # Errors
    /// There is none, or it is open.
    pub fn channels(&self) -> Result<i64> {
        let last = self.0.last().with_context(|| format!("the shape {self} has no axis"))?;
        last.with_context(|| format!("the last axis of {self} is open"))
    }

    /// The axes of an image `[height, width, channels]`, of a volume, or of whatever has `N` axes.
    ///
    /// # Errors
    /// There are more or fewer.
    pub fn axes<const N: usize>(&self) -> Result<[Option<i64>; N]> {
        match self.0.as_slice().try_into() {
            Ok(axes) => Ok(axes),
            Err(_) => bail!("expected a shape with {N} axes, got {self}"),
        }
    }

    /// Checks that the last axis is the one that a layer's weights were made for.
    pub(super) fn ensure_channels(&self, expected: i64) -> Result<()> {
        let channels = self.channels()?;
        ensure!(channels == expected, "takes {expected} features or channels, not {channels} ({self})");
        Ok(())
    }

    /// The same with another last axis.
    pub fn with_channels(&self, channels: i64) -> Shape {
        let mut axes = self.0.clone();
        if let Some(last) = axes.last_mut() {
            *last = Some(channels);
        }
        Shape(axes)
    }

    /// Checks the size of the axes and of the whole.
    pub(super) fn check(&self) -> Result<()> {
        let mut values = 1;
        for size in self.0.iter().flatten() {
            ensure!(
                (1..=LONGEST_AXIS).contains(size),
                "makes the shape {self}: axes must lie between 1 and {LONGEST_AXIS}"
            );
            values *= size;
            ensure!(values <= MOST_VALUES, "makes the shape {self}: that is more than {MOST_VALUES} values a sample");
        }
        Ok(())
    }
}

impl Deref for Shape {
    type Target = [Option<i64>];

    fn deref(&self) -> &[Option<i64>] {
        &self.0
    }
}

/// As Keras prints it, with the batch axis: `(None, 28, 28, 1)`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "(None")?;
        for axis in &self.0 {
            match axis {
                Some(size) => write!(f, ", {size}")?,
                None => write!(f, ", None")?,
            }
        }
        // A tuple of one, in Python.
        f.write_str(if self.0.is_empty() { ",)" } else { ")" })
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl<const N: usize> PartialEq<[i64; N]> for Shape {
    fn eq(&self, sizes: &[i64; N]) -> bool {
        self.0.iter().copied().eq(sizes.iter().map(|size| Some(*size)))
    }
}

impl From<&[i64]> for Shape {
    fn from(sizes: &[i64]) -> Shape {
        Shape(sizes.iter().map(|size| Some(*size)).collect())
    }
}

impl<const N: usize> From<[i64; N]> for Shape {
    fn from(sizes: [i64; N]) -> Shape {
        Shape::from(&sizes[..])
    }
}

impl From<&Vec<i64>> for Shape {
    fn from(sizes: &Vec<i64>) -> Shape {
        Shape::from(&sizes[..])
    }
}

impl<const N: usize> From<[Option<i64>; N]> for Shape {
    fn from(axes: [Option<i64>; N]) -> Shape {
        Shape(axes.to_vec())
    }
}

impl From<Vec<Option<i64>>> for Shape {
    fn from(axes: Vec<Option<i64>>) -> Shape {
        Shape(axes)
    }
}

impl From<&Shape> for Shape {
    fn from(shape: &Shape) -> Shape {
        shape.clone()
    }
}
