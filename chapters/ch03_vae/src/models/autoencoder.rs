//! The autoencoder (pp. 94-99): an encoder compresses an image to a latent point, a decoder reconstructs it.

use anyhow::{Result, ensure};
use common::arrays::array4;
use common::datasets::image_batches::ImageSource;
use common::keras::{ConvConfig as Conv, Model, Net, Node, Optimizer, Shape, losses, nchw_to_nhwc, nhwc_to_nchw};
use common::say;
use common::training::{FitConfig, Plan, RunFolder, TrainState, Training};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The book's arguments of `Autoencoder` and `VariationalAutoencoder`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetConfig {
    /// Height, width and channels of the images.
    pub input_dim: [i64; 3],
    /// Convolutions of the encoder.
    pub encoder: Vec<Conv>,
    /// Transposed convolutions of the decoder.
    pub decoder: Vec<Conv>,
    /// Dimensions of latent space.
    pub z_dim: i64,
    /// Whether batch normalization follows each convolution except the decoder's last.
    pub use_batch_norm: bool,
    /// Whether dropout with rate 0.25 follows each convolution except the decoder's last.
    pub use_dropout: bool,
}

impl NetConfig {
    /// The net for digits (pp. 94-97): 28 × 28 × 1 to a point in the plane, and back.
    pub fn digits() -> NetConfig {
        let conv = |filters, stride| Conv { filters, kernel: 3, stride };
        NetConfig {
            input_dim: [28, 28, 1],
            encoder: vec![conv(32, 1), conv(64, 2), conv(64, 2), conv(64, 1)],
            decoder: vec![conv(64, 1), conv(64, 2), conv(32, 2), conv(1, 1)],
            z_dim: 2,
            use_batch_norm: false,
            use_dropout: false,
        }
    }

    /// The net for faces (p. 116): 128 × 128 × 3 to 200 dimensions, and back.
    pub fn faces() -> NetConfig {
        let conv = |filters| Conv { filters, kernel: 3, stride: 2 };
        NetConfig {
            input_dim: [128, 128, 3],
            encoder: [32, 64, 64, 64].map(conv).to_vec(),
            decoder: [64, 64, 32, 3].map(conv).to_vec(),
            z_dim: 200,
            use_batch_norm: true,
            use_dropout: true,
        }
    }

    /// The encoder's convolutions: image -> `[height, width, channels]`. `block` is what follows each of them.
    pub(super) fn encoder<'a>(&self, image: &Node<'a>, block: Block) -> Node<'a> {
        self.encoder.iter().enumerate().fold(image.clone(), |x, (i, conv)| {
            let x = x.conv2d(format!("encoder_conv_{i}"), (*conv).into());
            self.block(&x, &format!("encoder_batch_norm_{i}"), block)
        })
    }

    /// The decoder (p. 96): point in latent space -> image in [0, 1], the mirror image of the encoder.
    pub(super) fn decoder<'a>(&self, z: &Node<'a>, before_flattening: &Shape, block: Block) -> Result<Node<'a>> {
        let shape = before_flattening.sizes()?;
        let mut x = z.dense("decoder_dense", shape.iter().product::<i64>()).reshape(&shape);
        for (i, conv) in self.decoder.iter().enumerate() {
            let config = (*conv).into();
            x = x.conv2d_transpose(format!("decoder_conv_t_{i}"), config);
            x = if i + 1 < self.decoder.len() {
                self.block(&x, &format!("decoder_batch_norm_{i}"), block)
            } else {
                x.sigmoid()
            };
        }
        Ok(x)
    }

    fn block<'a>(&self, x: &Node<'a>, batch_norm: &str, block: Block) -> Node<'a> {
        let normalized = |x: Node<'a>| if self.use_batch_norm { x.batch_norm(batch_norm) } else { x };
        let x = match block {
            Block::ActivationFirst => normalized(x.leaky_relu(0.3)),
            Block::NormalizationFirst => normalized(x.clone()).leaky_relu(0.3),
        };
        if self.use_dropout { x.dropout(0.25) } else { x }
    }

    /// Checks that the decoder's images have the encoder's input shape.
    pub(super) fn check_output(&self, decoder: &Model) -> Result<()> {
        let made = &decoder.output_shapes()[0];
        ensure!(*made == self.input_dim, "the decoder makes images of {made}, not {}", Shape::from(self.input_dim));
        Ok(())
    }
}

/// Order of the layers after a convolution, in which the book's two models differ; dropout comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// LeakyReLU, then batch normalization: the autoencoder's.
    ActivationFirst,
    /// Batch normalization, then LeakyReLU: the variational autoencoder's.
    NormalizationFirst,
}

/// Encoder, decoder, and the two joined.
#[derive(Debug)]
pub struct Autoencoder {
    /// All weights.
    pub variables: VarStore,
    /// Image -> point in latent space (p. 94).
    pub encoder: Model,
    /// Point in latent space -> image (p. 96).
    pub decoder: Model,
    /// Image -> image.
    pub model: Model,
}

impl Autoencoder {
    /// An untrained model.
    ///
    /// # Errors
    /// The sizes do not fit.
    pub fn new(config: &NetConfig, device: Device) -> Result<Autoencoder> {
        let variables = VarStore::new(device);
        let net = Net::new(&variables.root());
        let image = net.input("encoder_input", config.input_dim);
        let x = config.encoder(&image, Block::ActivationFirst);
        let encoder_output = x.flatten().dense("encoder_output", config.z_dim);
        let encoder = net.model("encoder", &[&image], &[&encoder_output])?;

        let z = net.input("decoder_input", [config.z_dim]);
        let decoder_output = config.decoder(&z, &x.shape(), Block::ActivationFirst)?;
        let decoder = net.model("decoder", &[&z], &[&decoder_output])?;
        config.check_output(&decoder)?;

        let model = net.model("model", &[&image], &[&encoder_output.call(&decoder)])?;
        Ok(Autoencoder { variables, encoder, decoder, model })
    }
}

impl LatentModel for Autoencoder {
    fn variables(&self) -> &VarStore {
        &self.variables
    }

    fn nets(&self) -> [&Model; 3] {
        [&self.encoder, &self.decoder, &self.model]
    }

    fn encode(&self, images: &Tensor) -> Tensor {
        self.encoder.forward_t(&nhwc_to_nchw(images), false)
    }

    fn train_step(&self, x: &Tensor, optimizer: &mut Optimizer) -> Vec<(&'static str, Tensor)> {
        let x_hat = self.model.forward_t(x, true);
        let loss = losses::mean_squared_error(x, &x_hat);
        optimizer.minimize(&loss);
        vec![("loss", loss)]
    }
}

/// The common interface of the autoencoder and the variational autoencoder.
pub trait LatentModel {
    /// All weights.
    fn variables(&self) -> &VarStore;

    /// Encoder, decoder, and the two joined.
    fn nets(&self) -> [&Model; 3];

    /// Images `[n, height, width, channels]` in [0, 1] -> points in latent space `[n, z]`.
    fn encode(&self, images: &Tensor) -> Tensor;

    /// One step of training on a batch `[n, channels, height, width]`; returns the losses by name.
    fn train_step(&self, x: &Tensor, optimizer: &mut Optimizer) -> Vec<(&'static str, Tensor)>;

    /// Points in latent space `[n, z]` -> images `[n, height, width, channels]` in [0, 1].
    fn decode(&self, z: &Tensor) -> Tensor {
        nchw_to_nhwc(&self.nets()[1].forward_t(z, false))
    }

    /// `n` points of N(0, I) in latent space, `[n, z]`.
    fn noise(&self, n: i64) -> Tensor {
        let z_dim = self.nets()[1].input_shapes()[0].channels().unwrap_or(0);
        Tensor::randn([n, z_dim], (Kind::Float, self.variables().device()))
    }
}

/// Trains like the book's `train` and, for files, `train_with_generator`. Saves a decoded random point to `images/`
/// every `print_every_n_batches` batches (p. 111). With `--tensorboard`, also shows the latent values of `observed` images
/// `[n, height, width, channels]` after each epoch.
pub fn fit(
    model: &impl LatentModel,
    optimizer: &mut Optimizer,
    images: &ImageSource,
    observed: Option<&Tensor>,
    fit: FitConfig,
    run: &RunFolder,
    seed: u64,
) -> Result<()> {
    let FitConfig { batch_size, epochs, .. } = fit;
    let plan = Plan { epochs, batches: images.batches_per_epoch(batch_size), seed };
    let mut training = Training::start(run, plan, TrainState::new(model.variables()).optimizer("adam", optimizer))?;
    let mut batches = images.epochs(batch_size, epochs, seed, training.steps_done(), model.variables().device());
    let start = Instant::now();
    while let Some(step) = training.next()? {
        let x = batches.next()?;
        let losses = model.train_step(&x, optimizer);
        training.record(x.size()[0], &losses.iter().map(|(name, loss)| (*name, loss)).collect::<Vec<_>>());
        if fit.samples_due(step.batch) {
            let sample = array4(&tch::no_grad(|| model.decode(&model.noise(1))))?;
            let name = format!("img_{:03}_{:05}.png", step.epoch + 1, step.batch);
            run.save_sample(&name, "samples", step.number + 1, sample.index_axis(ndarray::Axis(0), 0))?;
        }
        // Last, because an encoder may draw random numbers: the next step has its own seed.
        if let Some(observed) = observed.filter(|_| training.ends_epoch(step)) {
            run.add_histogram("latent values", step.number + 1, &tch::no_grad(|| model.encode(observed)))?;
        }
    }
    if let ImageSource::Files(_) = images {
        let (waited, all) = (batches.waited().as_secs_f64(), start.elapsed().as_secs_f64());
        say!("waited for images: {waited:.2} s of {all:.1} s, {:.2} %", 100.0 * waited / all);
    }
    Ok(())
}
