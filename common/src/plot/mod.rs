//! Figures for print and for notebooks: scatters, curves, histograms, image grids, heat maps and network diagrams.
//!
//! Everything takes plain numbers and ndarray views, and everything ends in a [`Figure`]: a PNG of a given size in
//! inches at 200 dots per inch. [`Figure::save`] saves it; as the last expression of a notebook cell it is displayed.
//!
//! | to draw | use |
//! |---|---|
//! | points, curves, histograms, shapes and words on two axes, in any mix | [`Chart`] with [`Points`], [`Line`], [`Histogram`], [`Polygon`], [`Label`] |
//! | images in rows, with captions | [`ImageGrid`] |
//! | a matrix in colours, with numbers or a colour bar | [`HeatMap`] |
//! | words and numbers in rows | [`Table`] |
//! | running text, with words that are marked | [`Prose`] |
//! | a network as boxes and arrows | [`Diagram`] |
//! | music, engraved or as bars over time | [`Engraved`], [`PianoRoll`] |
//! | several of these in one figure | [`Figure::panels`], [`Figure::grid`], [`Figure::fitted`] |
//!
//! ```text
//! use common::plot::{Chart, Color, Figure, Line, ImageGrid, Points};
//!
//! // 5,000 points of latent space coloured by digit, and new points in red on top of them (book pp. 100 and 112)
//! let chart = Chart::new()
//!     .with(Points::new(z.view()).classes(&labels, 0..10).size(2.0).alpha(0.5))
//!     .with(Points::new(new_z.view()).color(Color::RED).size(12.0))
//!     .square();
//! Figure::of(&chart, (8.0, 8.0))?.with_note("MNIST, preset quick")?.save("figures/ch03/latent.png")?;
//!
//! // ten digits above their reconstructions, z under each digit
//! let grid = ImageGrid::new(both.view()).columns(10).captions(["[-1.2, 0.3]", "[0.7, 2.0]" /* ... */]);
//! Figure::fitted(&[&[&grid]], 10.0)?
//!
//! // losses: one value per epoch
//! let losses = Chart::new().with(Line::new("total", history.total)).with(Line::new("kl", history.kl)).log_y();
//! Figure::of(&losses, (6.4, 4.8))?
//! ```
//!
//! NaN and infinite values are skipped. Input of a wrong shape is an error of the call that makes the figure, never a
//! panic.

mod area;
mod axes;
mod axes_drawing;
mod canvas;
mod chart;
mod clipping;
mod color;
mod color_bar;
mod colormap;
mod diagram;
mod diagram_layout;
mod engraved;
mod figure;
mod heat_map;
mod histogram;
mod image_grid;
mod ink;
mod legend;
mod line;
mod mark;
mod pen;
mod piano_roll;
mod points;
mod prose;
mod raster;
mod ruler;
mod scale;
mod screen;
mod shapes;
mod table;
mod text;
mod ticks;

pub use area::Area;
pub use canvas::Canvas;
pub use chart::Chart;
pub use color::Color;
pub use colormap::ColorMap;
pub use diagram::{Diagram, Node};
pub use engraved::Engraved;
pub use figure::{Figure, Plot};
pub use heat_map::HeatMap;
pub use histogram::Histogram;
pub use image_grid::ImageGrid;
pub use line::Line;
pub use mark::Mark;
pub use piano_roll::{PianoRoll, RollNote};
pub use points::Points;
pub use prose::Prose;
pub use shapes::{Label, Polygon};
pub use table::Table;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_music;
#[cfg(test)]
mod tests_odd_input;
