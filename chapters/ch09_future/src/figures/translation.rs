//! The figures of the translator.

use crate::experiments::translation::Trained;
use anyhow::Result;
use common::arrays::array2;
use common::cli::Figures;
use common::plot::{ColorMap, Figure, HeatMap};

/// Sentences whose verbs move.
const SENTENCES: [&str; 2] =
    ["today the small fox has seen the hungry lion .", "the old wolf says that the crow will find the sheep ."];

/// From which English word each German one comes: the attention of the last layer, its heads' mean (p. 322).
pub fn cross_attention(figures: &Figures, trained: &Trained) -> Result<()> {
    let mut maps = vec![];
    for sentence in SENTENCES {
        let (german, cross) = trained.translate(sentence)?;
        let last = cross.get(cross.size()[0] - 1).mean_dim(0, false, None); // [layers, heads, g, e] -> [g, e]
        let values = array2(&last)?;
        let english = ["(start)"].into_iter().chain(sentence.split(' ')).chain(["(end)"]);
        maps.push(HeatMap::new(values.view()).map(ColorMap::Viridis).range(0.0, 1.0).x_names(english).y_names(german));
    }
    let accuracy = figures.run().history()?.last().into_iter().find(|(name, _)| name == "val_accuracy");
    let right =
        accuracy.map(|(_, right)| format!(" {:.1} % of held-out sentences come out without a mistake.", 100.0 * right));
    let caption = format!(
        "Attention of the decoder while it translates: each row is a German word, and its weights tell which English words it was \
         made from (mean of the last layer's heads; p. 322). The verbs cross: German puts them second, and participles and \
         infinitives last.{}",
        right.unwrap_or_default()
    );
    figures.save("cross_attention", &caption, Figure::grid(&maps, 2, (15.0, 6.5))?)
}
