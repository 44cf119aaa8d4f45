//! The CycleGAN (pp. 163-181): two generators translate images of one domain to the other and back, without pairs.
//!
//! Zhu, Park, Isola and Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks", 2017.

use super::buffer::FakeBuffer;
use super::networks::NetConfig;
use crate::data::PairBatches;
use anyhow::Result;
use common::keras::{Adam, Model, Net, Optimizer, losses};
use common::training::{Step, TrainState, Training};
use serde::{Deserialize, Serialize};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Weights of the three kinds of losses in the generators' loss (p. 175).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossWeights {
    /// Validity: the discriminators take the translated images for real.
    pub validation: f64,
    /// Reconstruction: there and back again gives the same image.
    pub reconstr: f64,
    /// Identity: an image that is in the target domain already stays as it is.
    pub id: f64,
}

/// Two generators against two discriminators.
#[derive(Debug)]
pub struct CycleGan {
    /// All weights.
    pub variables: VarStore,
    /// Translates A to B.
    pub g_ab: Model,
    /// Translates B to A.
    pub g_ba: Model,
    /// Tells real images of A from translated ones.
    pub d_a: Model,
    /// Tells real images of B from translated ones.
    pub d_b: Model,
    /// The book's model that trains the generators (p. 174): images of A and B -> validity of A and B, reconstructions of A
    /// and B, identities of A and B.
    pub combined: Model,
    weights: LossWeights,
}

/// The optimizers, and the fakes that the discriminators train on: all that training keeps besides the weights.
#[derive(Debug)]
pub struct TrainingParts {
    d_a: Optimizer,
    d_b: Optimizer,
    generators: Optimizer,
    buffer_a: FakeBuffer,
    buffer_b: FakeBuffer,
}

/// What the generators make of a batch of each domain.
#[derive(Debug)]
pub struct Translations {
    /// B translated to A.
    pub fake_a: Tensor,
    /// A translated to B.
    pub fake_b: Tensor,
    /// A "translated" to A.
    pub id_a: Tensor,
    /// B "translated" to B.
    pub id_b: Tensor,
}

impl CycleGan {
    /// Untrained nets.
    ///
    /// # Errors
    /// The sizes do not fit.
    pub fn new(config: &NetConfig, weights: LossWeights, device: Device) -> Result<CycleGan> {
        let variables = VarStore::new(device);
        let path = variables.root();
        let d_a = config.discriminator("d_A", &path.sub("d_A"))?;
        let d_b = config.discriminator("d_B", &path.sub("d_B"))?;
        let g_ab = config.generator("g_AB", &path.sub("g_AB"))?;
        let g_ba = config.generator("g_BA", &path.sub("g_BA"))?;

        let net = Net::new(&path);
        let (img_a, img_b) = (net.input("img_A", config.input_dim), net.input("img_B", config.input_dim));
        let (fake_b, fake_a) = (img_a.call(&g_ab), img_b.call(&g_ba));
        let (reconstr_a, reconstr_b) = (fake_b.call(&g_ba), fake_a.call(&g_ab));
        let (img_a_id, img_b_id) = (img_a.call(&g_ba), img_b.call(&g_ab));
        let (valid_a, valid_b) = (fake_a.call(&d_a), fake_b.call(&d_b));
        let outputs = [&valid_a, &valid_b, &reconstr_a, &reconstr_b, &img_a_id, &img_b_id];
        let combined = net.model("combined", &[&img_a, &img_b], &outputs)?;
        Ok(CycleGan { variables, g_ab, g_ba, d_a, d_b, combined, weights })
    }

    /// All nets, for `plot_model`.
    pub fn models(&self) -> [&Model; 5] {
        [&self.g_ab, &self.g_ba, &self.d_a, &self.d_b, &self.combined]
    }

    /// Optimizers (Adam, p. 174) and empty buffers of fakes.
    pub fn training_parts(&self, learning_rate: f64, buffer_max_length: i64) -> TrainingParts {
        let adam = Adam { beta_1: 0.5, ..Adam::new(learning_rate) };
        let generators = self.g_ab.trainable().into_iter().chain(self.g_ba.trainable());
        let buffer = || FakeBuffer::new(buffer_max_length, &self.g_ab.output_shapes()[0], self.variables.device());
        TrainingParts {
            d_a: Optimizer::new(self.d_a.trainable(), adam),
            d_b: Optimizer::new(self.d_b.trainable(), adam),
            generators: Optimizer::new(generators, adam),
            buffer_a: buffer(),
            buffer_b: buffer(),
        }
    }

    /// Translates a batch of A and one of B, `[n, channels, height, width]` in [-1, 1].
    ///
    /// The book calls each generator twice for this, and twice more for the discriminators' fakes, which are the same
    /// images. One call on both batches gives them all: instance normalization sees each image by itself.
    pub fn translate(&self, imgs_a: &Tensor, imgs_b: &Tensor) -> Translations {
        let both = |model: &Model, first: &Tensor, second: &Tensor| -> (Tensor, Tensor) {
            let made = model.forward_t(&Tensor::cat(&[first, second], 0), true);
            let n = first.size()[0];
            (made.narrow(0, 0, n), made.narrow(0, n, second.size()[0]))
        };
        let (fake_b, id_b) = both(&self.g_ab, imgs_a, imgs_b);
        let (fake_a, id_a) = both(&self.g_ba, imgs_b, imgs_a);
        Translations { fake_a, fake_b, id_a, id_b }
    }

    /// A step of each discriminator on real images, then one on fakes drawn from its buffer (p. 176).
    pub fn train_discriminators(
        &self,
        imgs_a: &Tensor,
        imgs_b: &Tensor,
        made: &Translations,
        parts: &mut TrainingParts,
    ) -> Vec<(&'static str, Tensor)> {
        let (fake_a, fake_b) = (parts.buffer_a.exchange(&made.fake_a), parts.buffer_b.exchange(&made.fake_b));
        self.discriminator_steps(imgs_a, imgs_b, &fake_a, &fake_b, parts)
    }

    /// The same with fakes that were drawn already.
    pub fn discriminator_steps(
        &self,
        imgs_a: &Tensor,
        imgs_b: &Tensor,
        fake_a: &Tensor,
        fake_b: &Tensor,
        parts: &mut TrainingParts,
    ) -> Vec<(&'static str, Tensor)> {
        let [da_real, da_real_acc] = discriminator_step(&self.d_a, imgs_a, 1.0, &mut parts.d_a);
        let [da_fake, da_fake_acc] = discriminator_step(&self.d_a, fake_a, 0.0, &mut parts.d_a);
        let [db_real, db_real_acc] = discriminator_step(&self.d_b, imgs_b, 1.0, &mut parts.d_b);
        let [db_fake, db_fake_acc] = discriminator_step(&self.d_b, fake_b, 0.0, &mut parts.d_b);
        let d_loss = (&da_real + &da_fake + &db_real + &db_fake) * 0.25;
        let d_acc = (da_real_acc + da_fake_acc + db_real_acc + db_fake_acc) * 0.25;
        vec![
            ("d_loss", d_loss),
            ("d_acc", d_acc),
            ("d_A_loss", (da_real + da_fake) * 0.5),
            ("d_B_loss", (db_real + db_fake) * 0.5),
        ]
    }

    /// A step of both generators: the loss of the combined model (p. 175), and its parts without their weights.
    pub fn train_generators(
        &self,
        imgs_a: &Tensor,
        imgs_b: &Tensor,
        made: &Translations,
        parts: &mut TrainingParts,
    ) -> Vec<(&'static str, Tensor)> {
        let (valid_a, valid_b) = (self.d_a.forward_t(&made.fake_a, true), self.d_b.forward_t(&made.fake_b, true));
        let reconstr_a = self.g_ba.forward_t(&made.fake_b, true);
        let reconstr_b = self.g_ab.forward_t(&made.fake_a, true);

        let adv_a = losses::mean_squared_error(&valid_a.ones_like(), &valid_a);
        let adv_b = losses::mean_squared_error(&valid_b.ones_like(), &valid_b);
        let recon_a = losses::mean_absolute_error(imgs_a, &reconstr_a);
        let recon_b = losses::mean_absolute_error(imgs_b, &reconstr_b);
        let id_a = losses::mean_absolute_error(imgs_a, &made.id_a);
        let id_b = losses::mean_absolute_error(imgs_b, &made.id_b);
        let LossWeights { validation, reconstr, id } = self.weights;
        let g_loss = (&adv_a + &adv_b) * validation + (&recon_a + &recon_b) * reconstr + (&id_a + &id_b) * id;
        parts.generators.minimize(&g_loss);
        vec![
            ("g_loss", g_loss),
            ("adv_A", adv_a),
            ("adv_B", adv_b),
            ("recon_A", recon_a),
            ("recon_B", recon_b),
            ("id_A", id_a),
            ("id_B", id_b),
        ]
    }

    /// One step of all four nets: the losses by name.
    pub fn train_step(
        &self,
        imgs_a: &Tensor,
        imgs_b: &Tensor,
        parts: &mut TrainingParts,
    ) -> Vec<(&'static str, Tensor)> {
        let made = self.translate(imgs_a, imgs_b);
        let mut losses = self.train_discriminators(imgs_a, imgs_b, &made, parts);
        losses.extend(self.train_generators(imgs_a, imgs_b, &made, parts));
        losses
    }

    /// Trains like the book's `train` (p. 177); `after` is called after each step, for samples.
    ///
    /// # Errors
    /// As [`Training::next`]; an image cannot be read, or `after` fails.
    pub fn train(
        &self,
        training: &mut Training,
        batches: &mut PairBatches,
        parts: &mut TrainingParts,
        mut after: impl FnMut(Step) -> Result<()>,
    ) -> Result<()> {
        while let Some(step) = training.next()? {
            let (imgs_a, imgs_b) = batches.next()?;
            let losses = self.train_step(&imgs_a, &imgs_b, parts);
            let named: Vec<(&str, &Tensor)> = losses.iter().map(|(name, loss)| (*name, loss)).collect();
            training.record(imgs_a.size()[0], &named);
            after(step)?;
        }
        Ok(())
    }
}

/// A step towards the label `valid` (1) or `fake` (0) for every patch: loss and accuracy.
fn discriminator_step(model: &Model, imgs: &Tensor, label: f64, optimizer: &mut Optimizer) -> [Tensor; 2] {
    let scores = model.forward_t(imgs, true);
    let labels = scores.full_like(label);
    let loss = losses::mean_squared_error(&labels, &scores);
    optimizer.minimize(&loss);
    [loss, losses::binary_accuracy(&labels, &scores)]
}

impl TrainingParts {
    /// What a checkpoint saves.
    pub fn state(&self, variables: &VarStore) -> TrainState {
        let state = TrainState::new(variables)
            .optimizer("d_A", &self.d_a)
            .optimizer("d_B", &self.d_b)
            .optimizer("generators", &self.generators);
        self.buffer_b.add_to(self.buffer_a.add_to(state, "buffer_A"), "buffer_B")
    }
}
