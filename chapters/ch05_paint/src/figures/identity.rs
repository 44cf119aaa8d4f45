//! What the identity loss is for (fig. 5.9): without it, nothing keeps the generators from tinting the ground.

use super::panels::to_images;
use super::translations::translate_all;
use crate::data::Domains;
use crate::models::CycleGan;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Figure, ImageGrid};
use common::{images, say};
use tch::{Kind, Tensor};

/// Number of test images shown.
const SHOWN: usize = 8;
/// Pixels of less saturation count as ground: neither apples nor oranges have such.
const GROUND: f64 = 0.25;

/// Test images of domain A, translated by the model with and the one without identity loss.
pub fn comparison(figures: &Figures, with: &CycleGan, without: &CycleGan, domains: &Domains) -> Result<()> {
    let (original, translated) = translate_all(&domains.a, &with.g_ab, figures.device())?;
    let (_, tinted) = translate_all(&domains.a, &without.g_ab, figures.device())?;
    let all = [&original, &translated, &tinted].map(to_images);
    let moved = match (tint(&all[0], &all[1]), tint(&all[0], &all[2])) {
        (Some(with), Some(without)) => format!(
            "The mean colour of the ground (pixels of less saturation than {GROUND}) shifts by {with:.1} with it and by \
             {without:.1} without, of 255."
        ),
        _ => format!("The images have no ground (pixels of less saturation than {GROUND}) whose colour could shift."),
    };
    say!("{moved}");
    let rows = images::evenly(original.size()[0] as usize, SHOWN);
    let columns = rows.len();
    let rows = Tensor::from_slice(&rows.iter().map(|&row| row as i64).collect::<Vec<_>>());
    let shown: Vec<Tensor> = all.iter().map(|images| images.index_select(0, &rows)).collect();
    let grid = ImageGrid::new(array4(&Tensor::cat(&shown, 0))?.view()).columns(columns).row_names([
        "original",
        "with identity loss",
        "without",
    ]);
    let caption = format!(
        "Test images of domain A, translated by the model with identity loss and by one that was trained without. {moved}"
    );
    figures.save("identity", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// How far the mean colour of the ground moves from images to their translations, `[n, height, width, 3]` in [0, 1]: the mean
/// over the images of the distance between both mean colours, of 255. Images without ground do not count;
/// `None` if none has any.
pub fn tint(originals: &Tensor, translated: &Tensor) -> Option<f64> {
    let (most, least) = (originals.amax(-1, true), originals.amin(-1, true));
    let saturation = (&most - least) / most.clamp_min(1e-3);
    let ground = saturation.lt(GROUND).to_kind(Kind::Float);
    let axes: &[i64] = &[1, 2];
    let pixels = ground.sum_dim_intlist(axes, false, None);
    let shift = ((translated - originals) * &ground).sum_dim_intlist(axes, false, None) / pixels.clamp_min(1.0);
    let distances = shift.square().sum_dim_intlist(-1, false, None).sqrt() * 255.0;
    let counted = distances.masked_select(&pixels.gt(0.0).reshape([-1]));
    (counted.numel() > 0).then(|| counted.mean(None).double_value(&[]))
}
