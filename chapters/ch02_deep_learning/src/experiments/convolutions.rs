//! 02_02: convolutions of an image with hand-made filters (pp. 74-78).

use crate::models::filters::{self, HORIZONTAL_EDGES, VERTICAL_EDGES};
use anyhow::{Result, ensure};
use common::arrays::array2;
use common::cli::{Context, Figures};
use common::images;
use common::plot::{Color, ColorMap, Figure, HeatMap, ImageGrid};
use common::say;
use common::training::{ExperimentConfig, Preset};
use ndarray::{Array2, Axis, s};
use serde::{Deserialize, Serialize};
use tch::Tensor;

/// Hyper-parameters of 02_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Pixels along each side of the grey image.
    pub size: i64,
}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config { size: 64 }
    }

    fn check(&self) -> Result<()> {
        ensure!((16..=400).contains(&self.size), "size must lie between 16 and 400");
        Ok(())
    }
}

/// 02_02: finds the edges of the coffee image.
pub fn run(context: &Context) -> Result<()> {
    let data = context.data("coffee")?;
    let run = context.plain_run::<Config>("convolutions", "coffee", &data)?;
    let photograph = images::load(&data.file("coffee.png"))?;
    let image = filters::grey_levels(photograph.view(), run.params.config.size)?;
    let figures = context.figures(&run);
    edges(&figures, &image)?;
    arithmetic(&figures, &image)?;
    padding(&figures, &image)
}

/// The image and its edges, at stride 1 above and at stride 2 below.
pub fn edges(figures: &Figures, image: &Tensor) -> Result<()> {
    let size = |array: &Array2<f32>| format!("{} x {}", array.nrows(), array.ncols());
    let mut panels = vec![];
    for stride in [1, 2] {
        let seen = array2(&image.slice(0, None, None, stride).slice(1, None, None, stride))?;
        let what = if stride == 1 { "the image" } else { "every other pixel" };
        let title = format!("{what}\n{}", size(&seen));
        panels.push(grey(&grown(&seen, stride), (0.0, 255.0), ColorMap::Gray, &title));
        for (name, filter) in [("horizontal", &HORIZONTAL_EDGES), ("vertical", &VERTICAL_EDGES)] {
            let found = filters::convolve_checked(image, filter, stride)?;
            let reach = found.iter().fold((f32::MAX, f32::MIN), |(low, high), &v| (low.min(v), high.max(v)));
            say!("{name} edges, stride {stride}: {}, equal to the plain loop", size(&found));
            let title = format!("{name} edges, stride {stride}\n{}", size(&found));
            panels.push(grey(&grown(&found, stride), reach, ColorMap::Binary, &title));
        }
    }
    let caption = "A grey image convolved with a filter for horizontal and one for vertical edges, in reversed grey: \
                   mid grey means no edge. Stride 2 halves the output's height and width.";
    let [a, b, c, d, e, f] = &panels[..] else { unreachable!("two strides of three panels") };
    figures.save("edges", caption, Figure::fitted(&[&[a, b, c], &[d, e, f]], 9.0)?)
}

/// Convolution in numbers: a patch of the image with its border of zeros, the filter, and the outputs.
pub fn arithmetic(figures: &Figures, image: &Tensor) -> Result<()> {
    const SIDE: i64 = 6;
    let (top, left) = busiest(image, SIDE)?;
    let patch = image.narrow(0, top, SIDE).narrow(1, left, SIDE);
    let padded = filters::pad(array2(&patch)?.view());
    let numbers = |array: &Array2<f32>, title: &str| HeatMap::new(array.view()).numbers(0).no_bar().title(title);
    let shown = numbers(&padded, "grey levels, zeros around").map(ColorMap::Gray).range(-60.0, 255.0);
    let shown = shown.outline(4..7, 2..5, Color::RED).outline(4..7, 4..7, Color::BLUE);
    let filter = numbers(&filters::array(&HORIZONTAL_EDGES), "filter").map(ColorMap::Coolwarm).range(-2.0, 2.0);
    let output = |stride: i64| -> Result<HeatMap> {
        let found = filters::convolve_checked(&patch, &HORIZONTAL_EDGES, stride)?;
        let most = found.iter().fold(1.0f32, |most, v| most.max(v.abs()));
        Ok(numbers(&found, &format!("stride {stride}")).map(ColorMap::Coolwarm).range(-1.5 * most, 1.5 * most))
    };
    let cell = |at: usize| at..at + 1;
    let one = output(1)?.outline(cell(4), cell(2), Color::RED).outline(cell(4), cell(4), Color::BLUE);
    let two = output(2)?.outline(cell(2), cell(1), Color::RED).outline(cell(2), cell(2), Color::BLUE);
    let caption = "Convolution in numbers, on 6 x 6 pixels of the image: each output is the sum of nine pixels, weighted \
                   by the filter. The output framed in red comes from the pixels framed in red, the blue one from those \
                   framed in blue. Stride 2 keeps every other row and column, starting with the first.";
    figures.save("arithmetic", caption, Figure::fitted(&[&[&shown, &filter], &[&one, &two]], 9.0)?)
}

/// Padding: without it the output is smaller than the image.
pub fn padding(figures: &Figures, image: &Tensor) -> Result<()> {
    let array = array2(image)?;
    let same = filters::convolve_checked(image, &VERTICAL_EDGES, 1)?;
    let (height, width) = same.dim();
    let valid = same.slice(s![1..height - 1, 1..width - 1]).to_owned();
    let panel = |array: &Array2<f32>, map: ColorMap, title: &str| {
        let title = format!("{title}\n{} x {}", array.nrows(), array.ncols());
        HeatMap::new(array.view()).map(map).no_bar().title(&title)
    };
    let input = panel(&filters::pad(array.view()), ColorMap::Gray, "image, zeros around");
    let same = panel(&same, ColorMap::Binary, "padding: same");
    let valid = panel(&valid, ColorMap::Binary, "padding: valid");
    let caption = "Zero padding (`same`) keeps the size of the image, and adds edges at its left and right border. \
                   Without padding (`valid`) a 3 x 3 filter removes one pixel on each side.";
    figures.save("padding", caption, Figure::fitted(&[&[&input, &same, &valid]], 10.0)?)
}

/// The upper left corner of the square of `side` pixels with the strongest horizontal edges.
fn busiest(image: &Tensor, side: i64) -> Result<(i64, i64)> {
    let edges = filters::convolve(image, &HORIZONTAL_EDGES, 1).abs();
    // Away from the border, where zero padding adds edges.
    let (rows, columns) = image.size2()?;
    let inner = edges.narrow(0, 1, rows - 2).narrow(1, 1, columns - 2).unsqueeze(0).unsqueeze(0);
    let sums = inner.avg_pool2d([side, side], [1, 1], [0, 0], false, true, None::<i64>);
    let best = sums.argmax(None, false).int64_value(&[]);
    let across = columns - 2 - side + 1;
    Ok((1 + best / across, 1 + best % across))
}

/// Upsamples each pixel to `factor` x `factor`, so that images of different sizes are drawn equally large.
fn grown(array: &Array2<f32>, factor: i64) -> Array2<f32> {
    let factor = factor as usize;
    let (rows, columns) = array.dim();
    Array2::from_shape_fn((rows * factor, columns * factor), |(i, j)| array[[i / factor, j / factor]])
}

/// A grey image with a title.
fn grey(array: &Array2<f32>, (low, high): (f32, f32), map: ColorMap, title: &str) -> ImageGrid {
    let image = array.view().insert_axis(Axis(0)).insert_axis(Axis(3));
    ImageGrid::new(image).columns(1).range(low, high).map(map).title(title)
}
