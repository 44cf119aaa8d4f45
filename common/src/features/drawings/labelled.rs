use super::ensure_drawings;
use anyhow::{Context, Result, ensure};
use sha2::Sha256;
use sha2::digest::Update;
use tch::{Device, Kind, Tensor};

/// Drawings with their categories.
#[derive(Debug)]
pub struct LabelledDrawings {
    pictures: Tensor,
    labels: Tensor,
    classes: Vec<String>,
}

impl LabelledDrawings {
    /// From drawings `[n, 28, 28, 1]` in [0, 1], their categories as int64 numbers `[n]`, and the names of the
    /// categories.
    ///
    /// # Errors
    /// Other shapes or types, a number without a name, or so few that none can be held back: less than 20.
    pub fn new(pictures: Tensor, labels: Tensor, classes: Vec<String>) -> Result<LabelledDrawings> {
        ensure_drawings(&pictures)?;
        let n = pictures.size()[0];
        ensure!(n >= 20, "{n} drawings are too few to train a classifier: 20 are needed");
        ensure!(
            labels.size() == [n] && labels.kind() == Kind::Int64,
            "{n} drawings need as many int64 category numbers, not {:?} of {:?}",
            labels.kind(),
            labels.size()
        );
        let (least, greatest) = (labels.min().int64_value(&[]), labels.max().int64_value(&[]));
        let known = classes.len();
        ensure!(
            least >= 0 && (greatest as usize) < known,
            "category numbers are {least} to {greatest}, and {known} have a name"
        );
        Ok(LabelledDrawings { pictures, labels, classes })
    }

    /// The drawings of several categories together: the name and the drawings `[n, 28, 28, 1]` of each.
    ///
    /// # Errors
    /// As for [`new`](LabelledDrawings::new).
    pub fn of_categories(categories: &[(String, Tensor)]) -> Result<LabelledDrawings> {
        ensure!(!categories.is_empty(), "there are no categories of drawings");
        let of = |(label, (_, drawings)): (usize, &(String, Tensor))| {
            Tensor::full([drawings.size()[0]], label as i64, (Kind::Int64, drawings.device()))
        };
        let labels: Vec<Tensor> = categories.iter().enumerate().map(of).collect();
        let pictures: Vec<&Tensor> = categories.iter().map(|(_, drawings)| drawings).collect();
        let names = categories.iter().map(|(name, _)| name.clone()).collect();
        LabelledDrawings::new(Tensor::cat(&pictures, 0), Tensor::cat(&labels, 0), names)
    }

    /// Names of the categories, in the order of their numbers.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    pub(super) fn len(&self) -> i64 {
        self.labels.size()[0]
    }

    /// Drawings and category numbers in these rows (int64, `[k]`).
    pub(super) fn rows(&self, rows: &Tensor) -> (Tensor, Tensor) {
        let rows = rows.to_device(self.labels.device());
        (self.pictures.index_select(0, &rows), self.labels.index_select(0, &rows))
    }

    /// Feeds all of it to a checksum.
    pub(super) fn digest(&self, hash: &mut Sha256) -> Result<()> {
        for tensor in [&self.pictures, &self.labels] {
            for some in tensor.split(1000, 0) {
                let some = some.to_device(Device::Cpu).to_kind(Kind::Float).flatten(0, -1);
                let values = Vec::<f32>::try_from(some).context("cannot read drawings")?;
                values.iter().for_each(|value| Update::update(hash, &value.to_le_bytes()));
            }
        }
        self.classes.iter().for_each(|name| Update::update(hash, format!("{name}\n").as_bytes()));
        Ok(())
    }
}
