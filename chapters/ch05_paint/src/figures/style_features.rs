//! Figures 5.16 and 5.17: feature maps of three images, and their Gram matrices.

use crate::experiments::style_transfer::Transferred;
use crate::models::style_images::{as_batch, preprocess};
use crate::models::style_transfer::gram_matrix;
use anyhow::{Context, Result};
use common::arrays::{array2, array4};
use common::cli::Figures;
use common::plot::{Figure, HeatMap, ImageGrid, Plot};
use tch::{Kind, Tensor};

/// Number of channels that are shown.
const CHANNELS: i64 = 5;
const NAMES: [&str; 3] = ["content", "style", "combination"];

/// Feature maps of content, style and combination in the last layer of the style loss.
struct Maps {
    layer: String,
    /// `[1, channels, height, width]` each.
    maps: Vec<Tensor>,
    /// The channels that vary most in all three images.
    shown: Vec<i64>,
}

impl Maps {
    fn new(all: &Transferred) -> Result<Maps> {
        let vgg = &all.inputs.vgg;
        let layer = all.layers.style.last().context("the style loss has no layer")?.clone();
        let features = |rgb: &Tensor| -> Result<Tensor> {
            let image = as_batch(&preprocess(&rgb.to_device(vgg.device())));
            Ok(tch::no_grad(|| vgg.features(&image, &[&layer]))?.remove(0))
        };
        let maps =
            [&all.content, &all.style, &all.combination].map(features).into_iter().collect::<Result<Vec<_>>>()?;
        // Without the border, where channels see the zeros of the padding.
        let inner = |maps: &Tensor| {
            let margin = |size: i64| if size > 8 { 2 } else { 0 };
            let (top, left) = (margin(maps.size()[2]), margin(maps.size()[3]));
            maps.narrow(2, top, maps.size()[2] - 2 * top).narrow(3, left, maps.size()[3] - 2 * left)
        };
        let deviations = maps.iter().map(|maps| inner(maps).flatten(2, 3).std_dim([2i64].as_slice(), false, false));
        let product = deviations.reduce(|product, deviation| product * deviation).context("there are no images")?;
        let (_, shown) = product.squeeze_dim(0).topk(CHANNELS, 0, true, true);
        Ok(Maps { maps, layer, shown: Vec::try_from(shown)? })
    }

    /// The shown channels, `[channels, height, width]` for each image.
    fn channels(&self) -> Vec<Tensor> {
        let index = Tensor::from_slice(&self.shown).to_device(self.maps[0].device());
        self.maps.iter().map(|maps| maps.squeeze_dim(0).index_select(0, &index)).collect()
    }
}

/// Three images and some of their feature maps (fig. 5.16).
pub fn feature_maps(figures: &Figures, all: &Transferred) -> Result<()> {
    let maps = Maps::new(all)?;
    let channels = Tensor::stack(&maps.channels(), 0); // [3, channels, height, width]
    let highest = channels.amax([0i64, 2, 3].as_slice(), true).clamp_min(1e-12);
    let (height, width) = (all.content.size()[0], all.content.size()[1]);
    let scaled = (channels / highest).upsample_nearest2d([height, width], None, None);
    let mut rows = vec![];
    for (i, image) in (0..).zip([&all.content, &all.style, &all.combination]) {
        rows.push(image.shallow_clone());
        rows.extend((0..CHANNELS).map(|c| scaled.get(i).get(c).unsqueeze(-1).expand([-1, -1, 3], false)));
    }
    let rows: Vec<Tensor> = rows.iter().map(|image| image.to_device(tch::Device::Cpu).to_kind(Kind::Float)).collect();
    let names = maps.shown.iter().map(|channel| format!("channel {channel}"));
    let grid = ImageGrid::new(array4(&Tensor::stack(&rows, 0))?.view())
        .columns(1 + CHANNELS as usize)
        .column_names(["image".to_string()].into_iter().chain(names))
        .row_names(NAMES);
    let caption = format!(
        "Three images and five feature maps of {} (fig. 5.16): the channels that vary most in all three, border aside. White is the \
         largest value of a channel. Net: {}.",
        maps.layer,
        all.inputs.vgg.origin()
    );
    figures.save("feature_maps", &caption, Figure::fitted(&[&[&grid]], 11.0)?)
}

/// The Gram matrices of these channels (fig. 5.17).
pub fn gram_matrices(figures: &Figures, all: &Transferred) -> Result<()> {
    let maps = Maps::new(all)?;
    let grams: Vec<Tensor> = maps.channels().iter().map(|channels| gram_matrix(&channels.unsqueeze(0))).collect();
    let highest = Tensor::stack(&grams, 0).max();
    let names = maps.shown.iter().map(i64::to_string).collect::<Vec<_>>();
    let panels = grams.iter().zip(NAMES).map(|(gram, name)| -> Result<HeatMap> {
        let values = array2(&(gram / &highest))?;
        let map = HeatMap::new(values.view()).range(0.0, 1.0).numbers(2).no_bar().title(name);
        Ok(map.x_names(&names).y_names(&names))
    });
    let panels = panels.collect::<Result<Vec<_>>>()?;
    let row: Vec<&dyn Plot> = panels.iter().map(|panel| panel as &dyn Plot).collect();
    let whole: Vec<Tensor> = maps.maps.iter().map(gram_matrix).collect();
    let away = |gram: &Tensor| f64::try_from((gram - &whole[1]).norm() / whole[1].norm());
    let caption = format!(
        "The Gram matrices of these five channels of {} (fig. 5.17), divided by their largest value. Over all channels, the \
         distance to the style's matrix, relative to that one's norm, is {:.2} for the content and {:.2} for the \
         combination.",
        maps.layer,
        away(&whole[0])?,
        away(&whole[2])?
    );
    figures.save("gram_matrices", &caption, Figure::panels(&[&row], (11.0, 4.0))?)
}
