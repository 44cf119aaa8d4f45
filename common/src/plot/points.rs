//! Points on two axes, in one colour, by class or by value.

use anyhow::{Result, ensure};
use ndarray::{Array2, ArrayView2};
use plotters::element::Circle;

use super::color::Color;
use super::color_bar::ColorBar;
use super::colormap::ColorMap;
use super::ink::{filled, twips};
use super::mark::{Key, Mark, Plane, Sample};

/// Points on two axes, black by default, without points that have NaN or infinite coordinates.
pub struct Points {
    xy: Array2<f32>,
    paint: Paint,
    map: Option<ColorMap>,
    size: f32,
    alpha: f32,
    label: Option<String>,
    bar_label: Option<String>,
}

/// What the colours follow.
enum Paint {
    One(Color),
    Classes { labels: Vec<i64>, names: Vec<String> },
    Values { values: Vec<f32>, range: (f32, f32) },
}

impl Points {
    /// Points from an array of n x 2: x and y.
    pub fn new(xy: ArrayView2<f32>) -> Points {
        Points {
            xy: xy.to_owned(),
            paint: Paint::One(Color::BLACK),
            map: None,
            size: 20.0,
            alpha: 1.0,
            label: None,
            bar_label: None,
        }
    }

    /// All in one colour.
    pub fn color(mut self, color: Color) -> Points {
        self.paint = Paint::One(color);
        self
    }

    /// Coloured by class (0, 1, ...; one label per point), with a colour bar of the class names, such as `0..10`.
    /// The default map is the rainbow.
    pub fn classes<T: ToString>(mut self, labels: &[i64], names: impl IntoIterator<Item = T>) -> Points {
        self.paint =
            Paint::Classes { labels: labels.to_vec(), names: names.into_iter().map(|name| name.to_string()).collect() };
        self
    }

    /// Coloured by a value per point, with a colour bar from the least to the largest.
    /// The default map is viridis.
    pub fn values(mut self, values: &[f32]) -> Points {
        let finite = values.iter().copied().filter(|v| v.is_finite());
        let (lo, hi) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        self.paint = Paint::Values {
            values: values.to_vec(),
            range: match lo < hi {
                true => (lo, hi),
                false if lo.is_finite() => (lo - 0.5, lo + 0.5),
                false => (0.0, 1.0),
            },
        };
        self
    }

    /// The colour map of classes or values.
    pub fn map(mut self, map: ColorMap) -> Points {
        self.map = Some(map);
        self
    }

    /// Area of each point in square points (1/72 inch), like matplotlib's `s`; 20 by default.
    pub fn size(mut self, size: f32) -> Points {
        self.size = size;
        self
    }

    /// Opacity of each point, from 0 to 1; 1 by default.
    pub fn alpha(mut self, alpha: f32) -> Points {
        self.alpha = alpha;
        self
    }

    /// A name for the legend.
    pub fn label(mut self, label: &str) -> Points {
        self.label = Some(label.to_owned());
        self
    }

    /// Label of the colour bar.
    pub fn bar_label(mut self, label: &str) -> Points {
        self.bar_label = Some(label.to_owned());
        self
    }

    fn radius(&self) -> f32 {
        (self.size.max(0.0)).sqrt() / 2.0
    }

    fn map_in_use(&self) -> ColorMap {
        self.map.unwrap_or(match self.paint {
            Paint::Classes { .. } => ColorMap::Rainbow,
            _ => ColorMap::Viridis,
        })
    }

    /// The colour of point `i`; `None` if its value is not a number.
    fn color_of(&self, i: usize) -> Option<Color> {
        let map = self.map_in_use();
        match &self.paint {
            Paint::One(color) => Some(*color),
            Paint::Classes { labels, names } => Some(map.class(*labels.get(i)? as usize, names.len())),
            Paint::Values { values, range } => {
                let value = values.get(i).filter(|v| v.is_finite())?;
                Some(map.at((value - range.0) / (range.1 - range.0)))
            }
        }
    }

    fn places(&self) -> impl Iterator<Item = (f64, f64)> {
        // `check` has seen to it that there are two columns before anything is drawn.
        let rows = self.xy.rows().into_iter();
        rows.filter_map(|row| Some((f64::from(*row.get(0)?), f64::from(*row.get(1)?))))
    }
}

impl Mark for Points {
    fn check(&self) -> Result<()> {
        let (n, columns) = self.xy.dim();
        ensure!(columns == 2, "points need two columns, x and y, but their array is {n} x {columns}");
        match &self.paint {
            Paint::One(_) => {}
            Paint::Classes { labels, names } => {
                ensure!(
                    labels.len() == n,
                    "{n} points cannot be coloured by {} labels: one per point is needed",
                    labels.len()
                );
                let unnamed = labels.iter().find(|&&c| c < 0 || c >= names.len() as i64);
                if let Some(class) = unnamed {
                    let names = names.len();
                    anyhow::bail!("a point has class {class}, but there are {names} class names, from 0");
                }
            }
            Paint::Values { values, .. } => ensure!(
                values.len() == n,
                "{n} points cannot be coloured by {} values: one per point is needed",
                values.len()
            ),
        }
        Ok(())
    }

    fn reach(&self) -> Vec<(f64, f64)> {
        let finite = |&(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
        self.places().filter(finite).collect()
    }

    fn draw(&self, plane: &Plane) -> Result<()> {
        let radius = twips(self.radius());
        for (i, (x, y)) in self.places().enumerate() {
            if let (Some(place), Some(color)) = (plane.place(x, y), self.color_of(i)) {
                plane.area.draw(&Circle::new(place, radius, filled(color, self.alpha)))?;
            }
        }
        Ok(())
    }

    fn key(&self) -> Option<Key> {
        let color = match self.paint {
            Paint::One(color) => color,
            _ => Color::GREY,
        };
        Some(Key { label: self.label.clone()?, sample: Sample::Dot { color, radius: self.radius().clamp(2.0, 4.0) } })
    }

    fn color_bar(&self) -> Option<ColorBar> {
        let map = self.map_in_use();
        let bar = match &self.paint {
            Paint::One(_) => return None,
            Paint::Classes { names, .. } => ColorBar::classes(map, names.clone()),
            Paint::Values { range, .. } => ColorBar::values(map, *range),
        };
        Some(bar.label(self.bar_label.as_deref()))
    }
}
