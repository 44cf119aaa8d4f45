//! Evaluation of latent arithmetic (not in the book).
//!
//! A small classifier learns the attributes from faces and from the model's reconstructions. It then measures how often
//! adding an attribute's vector twice turns that attribute on, and how often it changes another one.

use crate::figures::arithmetic::AttributeVector;
use crate::figures::latent_space::{decode, encode};
use crate::models::LatentModel;
use anyhow::{Context as _, Result};
use common::arrays::array2;
use common::cli::Figures;
use common::datasets::batches::Batches;
use common::datasets::celeba::CelebA;
use common::datasets::image_files::{Batch, ImageFiles};
use common::files;
use common::keras::{Adam, Conv, Model, Optimizer, Sequential, losses, nhwc_to_nchw, precision};
use common::plot::{ColorMap, Figure, HeatMap};
use common::say;
use std::sync::Arc;
use tch::nn;
use tch::{Device, Kind, Tensor};

/// Largest number of test faces: the last ones of the set, which the classifier has not seen.
const TEST: usize = 500;
/// Factor of the added vector.
const FACTOR: f64 = 2.0;
const BATCH: i64 = 32;

/// Trains the classifier, tests every vector, prints the table and writes `arithmetic_check.csv` to the run folder.
pub fn check(
    figures: &Figures,
    model: &impl LatentModel,
    set: &CelebA,
    files: &Arc<ImageFiles>,
    vectors: &[AttributeVector],
    classifier_faces: usize,
) -> Result<()> {
    let names: Vec<&str> = vectors.iter().map(|vector| vector.name.as_str()).collect();
    let labels = Labels::new(set, &names)?;
    let tested = TEST.min(classifier_faces.div_ceil(2)).min(files.len());
    let learn_from = classifier_faces.min(files.len() - tested).max(1);
    let classifier = AttributeClassifier::train(model, files, &labels, learn_from, figures.seed(), figures.device())?;

    let test = files.load(files.len() - tested..files.len())?;
    let faces = test.images(figures.device());
    let z = encode(model, &faces);
    let truth = labels.of(&test, figures.device());
    let before = classifier.sees(&decode(model, &z));
    let right = |seen: &Tensor| seen.eq_tensor(&truth).to_kind(Kind::Float).mean_dim([0i64].as_slice(), false, None);
    let (right_faces, right_decoded) = (right(&classifier.sees(&faces)), right(&before));

    let mut changed = vec![];
    let mut rows = vec![];
    for (i, vector) in vectors.iter().enumerate() {
        let after = classifier.sees(&decode(model, &(&z + &vector.vector * FACTOR)));
        // Among faces in whose reconstruction the classifier does not see the attribute: the share in which it does now,
        // and the share in which another one changed.
        let without = before.select(1, i as i64).logical_not().nonzero().squeeze_dim(1);
        let (was, is) = (before.index_select(0, &without), after.index_select(0, &without));
        let turned = was.ne_tensor(&is).to_kind(Kind::Float);
        let shares = turned.mean_dim([0i64].as_slice(), false, None);
        let on = shares.double_value(&[i as i64]);
        let others = vectors.len() as f64 - 1.0;
        let kept = 1.0 - (shares.sum(Kind::Double).double_value(&[]) - on) / others;
        let share = |of: &Tensor| of.double_value(&[i as i64]);
        rows.push((vector.name.clone(), [share(&right_faces), share(&right_decoded), on, kept], without.size()[0]));
        changed.push(shares);
    }
    report(&rows, figures)?;

    let matrix = array2(&Tensor::stack(&changed, 0))?;
    let plain = names.iter().map(|name| name.replace('_', " "));
    let map = HeatMap::new(matrix.view()).range(0.0, 1.0).numbers(2).map(ColorMap::Viridis);
    let map = map
        .x_names(plain.clone())
        .y_names(plain)
        .x_label("attribute that the classifier sees change")
        .y_label("vector added");
    let caption = "Share of faces in which the classifier sees an attribute change after the row's vector is added twice \
                   to faces in whose reconstruction it does not see that attribute. The diagonal shows attributes turned on; elsewhere nothing should \
                   change.";
    figures.save("arithmetic_check", caption, Figure::of(&map, (9.0, 7.5))?)
}

/// Attributes of all faces, one row per face.
struct Labels(Vec<Vec<f32>>);

impl Labels {
    fn new(set: &CelebA, names: &[&str]) -> Result<Labels> {
        let columns = names.iter().map(|name| set.attribute(name)).collect::<Result<Vec<_>>>()?;
        let row = |i: usize| columns.iter().map(|column| f32::from(u8::from(column[i]))).collect();
        Ok(Labels((0..set.len()).map(row).collect()))
    }

    /// Attributes of a batch's faces, bool `[n, attributes]`.
    fn of(&self, batch: &Batch, device: Device) -> Tensor {
        let rows: Vec<f32> = batch.rows.iter().flat_map(|&row| self.0[row].iter().copied()).collect();
        Tensor::from_slice(&rows).view([batch.rows.len() as i64, -1]).gt(0.5).to_device(device)
    }
}

/// A classifier of attributes of faces `[n, height, width, 3]`. It measures, and so computes in f32 always.
struct AttributeClassifier {
    net: Model,
    _variables: nn::VarStore,
}

impl AttributeClassifier {
    /// Trains for one pass over the first faces; a step uses a batch and its reconstructions.
    fn train(
        model: &impl LatentModel,
        files: &Arc<ImageFiles>,
        labels: &Labels,
        learn_from: usize,
        seed: u64,
        device: Device,
    ) -> Result<AttributeClassifier> {
        let variables = nn::VarStore::new(device);
        let first = files.load([0])?.images(device);
        let shape = first.size();
        let mut x = Sequential::input(&variables.root(), &shape[1..]);
        for (i, filters) in [16, 32, 64, 64].into_iter().enumerate() {
            x = x.conv2d(format!("conv_{i}"), Conv::new(filters, 3).strides(2)).relu();
        }
        let attributes = labels.0[0].len() as i64;
        let net =
            x.flatten().dense("hidden", 64).relu().dense("attributes", attributes).sigmoid().model("attributes")?;
        let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-3));
        for batch in files.stream(Batches::new(learn_from as i64, BATCH, seed), 0, 1, device) {
            let batch = batch?;
            let faces = batch.images(device);
            let decoded = decode(model, &encode(model, &faces));
            let truth = labels.of(&batch, device).to_kind(Kind::Float).repeat([2, 1]);
            let both = nhwc_to_nchw(&Tensor::cat(&[faces, decoded], 0));
            let seen = precision::in_f32(|| net.forward_t(&both, true));
            optimizer.minimize(&losses::binary_crossentropy(&truth, &seen));
        }
        Ok(AttributeClassifier { net, _variables: variables })
    }

    /// Predicted attributes, bool `[n, attributes]`.
    fn sees(&self, faces: &Tensor) -> Tensor {
        let parts = faces.split(100, 0);
        let see = |x: &Tensor| precision::in_f32(|| self.net.forward_t(&nhwc_to_nchw(x), false)).gt(0.5);
        let seen: Vec<Tensor> = tch::no_grad(|| parts.iter().map(see).collect());
        Tensor::cat(&seen, 0)
    }
}

fn report(rows: &[(String, [f64; 4], i64)], figures: &Figures) -> Result<()> {
    let mut csv = csv::Writer::from_writer(vec![]);
    csv.write_record([
        "attribute",
        "classifier_right_on_faces",
        "classifier_right_on_reconstructions",
        "faces_without",
        "turned_on",
        "others_kept",
    ])?;
    say!("\nadding each vector {FACTOR} times to faces in which its attribute is not seen");
    say!("{:<20} classifier right  on decoded  faces  turned on  others kept", "");
    for (name, shares, faces) in rows {
        // If no face is without the attribute, there is no result.
        let percent = |share: f64| if share.is_nan() { "-".to_string() } else { format!("{:.1} %", 100.0 * share) };
        let [a, b, c, d] = shares.map(percent);
        say!("{name:<20} {a:>16}  {b:>10}  {faces:>5}  {c:>9}  {d:>11}");
        let [a, b, c, d] = shares.map(|share| format!("{share:.4}"));
        csv.write_record([name, &a, &b, &faces.to_string(), &c, &d])?;
    }
    let bytes = csv.into_inner().context("cannot write the table of the check")?;
    let path = figures.run().path.join("arithmetic_check.csv");
    files::write(&path, &bytes)?;
    say!("\ntable: {}", path.display());
    Ok(())
}
