//! The two nets of a generative adversarial network, each with its optimizer.

use crate::net::{self, NetConfig};
use common::keras::{Optimizer, Rule, Sequential, Summary, nchw_to_nhwc};
use common::training::Checkpointed;
use tch::nn::{self, ModuleT};
use tch::{Device, Kind, Tensor};

/// A critic (or discriminator), a generator, and what trains them.
#[derive(Debug)]
pub struct Networks {
    variables: nn::VarStore,
    /// Tells real images from generated ones.
    pub critic: Sequential,
    /// Makes images from points in latent space.
    pub generator: Sequential,
    /// Changes the critic, and only it: in Keras the other net has to be frozen for that.
    pub critic_optimizer: Optimizer,
    /// Changes the generator, and only it.
    pub generator_optimizer: Optimizer,
    z_dim: i64,
}

impl Networks {
    /// Untrained nets; `output` ends the critic.
    pub fn new(
        name: &str,
        config: &NetConfig,
        output: Option<common::keras::Activation>,
        rules: [Rule; 2],
        device: Device,
    ) -> Networks {
        let variables = nn::VarStore::new(device);
        let critic = net::critic(&variables.root(), name, config);
        let critic = match output {
            Some(output) => critic.activation(output).build(),
            None => critic.build(),
        };
        let generator = net::generator(&variables.root(), config);
        let [critic_rule, generator_rule] = rules;
        Networks {
            critic_optimizer: Optimizer::new(critic.trainable(), critic_rule),
            generator_optimizer: Optimizer::new(generator.trainable(), generator_rule),
            variables,
            critic,
            generator,
            z_dim: config.z_dim,
        }
    }

    /// Points of N(0, I) in latent space, `[n, z]`.
    pub fn noise(&self, n: i64) -> Tensor {
        Tensor::randn([n, self.z_dim], (Kind::Float, self.variables.device()))
    }

    /// Points in latent space -> images `[n, channels, height, width]` in [-1, 1], as Keras' `predict` makes them: in
    /// inference mode and without gradients.
    pub fn predict(&self, noise: &Tensor) -> Tensor {
        tch::no_grad(|| self.generator.forward_t(noise, false))
    }

    /// The same for figures: `[n, height, width, channels]` in [0, 1], a hundred at a time.
    pub fn images(&self, noise: &Tensor) -> Tensor {
        let images: Vec<Tensor> = noise.split(100, 0).iter().map(|z| self.predict(z) * 0.5 + 0.5).collect();
        nchw_to_nhwc(&Tensor::cat(&images, 0))
    }

    /// Summaries of both nets, and of the two joined.
    pub fn summaries(&self, name: &str) -> Vec<Summary> {
        let (critic, generator) = (self.critic.summary(name), self.generator.summary("generator"));
        let model = generator.clone().then(&critic, "model");
        vec![critic, generator, model]
    }
}

impl Checkpointed for Networks {
    fn variables(&self) -> &nn::VarStore {
        &self.variables
    }

    fn optimizers(&mut self) -> Vec<(&'static str, &mut Optimizer)> {
        vec![("critic", &mut self.critic_optimizer), ("generator", &mut self.generator_optimizer)]
    }
}
