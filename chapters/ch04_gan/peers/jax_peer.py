"""Chapter 4's models in Keras 3 on JAX, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model gan_camel --steps 20

The nets of `keras_peer.py`, with default threads. Each step of a net is jitted, and its losses are read after it, as
`train_on_batch` does.
"""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax
import jax.numpy as jnp
import jax_tools
import keras
import numpy as np
import peer

with jax_tools.keras_3_for_keras_2():
    import keras_peer
    from keras_models import GRADIENT_WEIGHT, discriminator, generator, leaky_relu, relu, wasserstein
    from keras_peer import CLIP, CRITIC_STEPS, Z_DIM, Adam, RMSprop, check_sizes, images, noise, rng


def cross_entropy(labels, scores):
    """The loss, and the accuracy."""
    loss = keras.losses.binary_crossentropy(labels, scores).mean()
    return loss, jnp.mean((scores > 0.5) == (labels > 0.5))


def wasserstein_loss(labels, scores):
    """The loss, and nothing else to read."""
    return wasserstein(labels, scores), ()


class Gan:
    """Both nets with their training: `loss(labels, scores)` also says what else is to be read."""

    def __init__(self, critic, gen, loss, optimizers, batch):
        def on_images(weights, rest, images, labels):
            scores, rest = critic.stateless_call(weights, rest, images, training=True)
            value, more = loss(labels, scores)
            return value, (rest, more)

        def on_noise(weights, rest, z, labels, critic_weights, critic_rest):
            images, rest = gen.stateless_call(weights, rest, z, training=True)
            scores, _ = critic.stateless_call(critic_weights, critic_rest, images, training=True)
            value, more = loss(labels, scores)
            return value, (rest, more)

        self.critic = jax_tools.Trained(optimizers[0], on_images, critic)
        self.generator = jax_tools.Trained(optimizers[1], on_noise, gen)
        self.predict = jax_tools.predictor(gen)
        self.batch = batch
        self.real, self.ones = images(batch, gen), np.ones((batch, 1), np.float32)

    def fakes(self):
        return self.predict(self.generator.weights, self.generator.rest, noise(self.batch))

    def generator_step(self):
        """One step with the frozen critic after it."""
        return self.generator.step(noise(self.batch), self.ones, self.critic.weights, self.critic.rest)


def gan_camel():
    """Pages 130-136. One iteration: the discriminator on a real batch and on a fake one, then the generator."""
    critic = discriminator("discriminator", (28, 28, 1), [64, 64, 128, 128], [2, 2, 2, 1], relu, "sigmoid", dropout=0.4)
    gen = generator(Z_DIM, (7, 7, 64), [("up", 128), ("up", 64), ("t1", 64), ("t1", 1)], 0.9, relu)
    check_sizes(critic, gen, (720_833, 844_161))
    gan = Gan(critic, gen, cross_entropy, [RMSprop(8e-4), RMSprop(4e-4)], 64)
    zeros = np.zeros_like(gan.ones)

    def step():
        fakes = gan.fakes()
        gan.critic.step(gan.real, gan.ones)
        gan.critic.step(fakes, zeros)
        return gan.generator_step()

    return step


@jax.jit
def clipped(weights):
    return [jnp.clip(weight, -CLIP, CLIP) for weight in weights]


def wgan_cifar():
    """Pages 146-150. One iteration: five times two steps of the critic and its clipping, then the generator."""
    critic = discriminator("critic", (32, 32, 3), [32, 64, 128, 128], [2, 2, 2, 1], leaky_relu)
    gen = generator(Z_DIM, (4, 4, 128), [("up", 128), ("up", 64), ("up", 32), ("t1", 3)], 0.8, leaky_relu)
    check_sizes(critic, gen, (670_401, 884_163))
    gan = Gan(critic, gen, wasserstein_loss, [RMSprop(5e-5), RMSprop(5e-5)], 128)

    def step():
        for _ in range(CRITIC_STEPS):
            fakes = gan.fakes()
            gan.critic.step(gan.real, gan.ones)
            gan.critic.step(fakes, -gan.ones)
            gan.critic.weights = clipped(gan.critic.weights)
        return gan.generator_step()

    return step


def wgangp_faces_critic():
    """One step of the critic with the gradient penalty, fakes included: by moving averages."""
    batch = 64
    critic, gen, adam = keras_peer.faces()
    of_generator = [[variable.value for variable in of] for of in (gen.trainable_variables, gen.non_trainable_variables)]

    def loss_of(weights, rest, real, z, alpha, gen_weights, gen_rest):
        def scores(images):
            return critic.stateless_call(weights, rest, images, training=True)[0]

        fakes, _ = gen.stateless_call(gen_weights, gen_rest, z, training=False)
        loss, parts = jax_tools.wgan_gp_losses(scores, real, fakes, alpha, GRADIENT_WEIGHT)
        return loss, (rest, parts)

    trained = jax_tools.Trained(adam, loss_of, critic)
    real = images(batch, gen)
    alpha = lambda: rng.random((batch, 1, 1, 1), dtype=np.float32)
    return lambda: trained.step(real, noise(batch), alpha(), *of_generator)


def wgangp_faces_generator():
    """One step of the generator."""
    critic, gen, adam = keras_peer.faces()
    return Gan(critic, gen, wasserstein_loss, [Adam(2e-4, beta_1=0.5), adam], 64).generator_step


MAKES = [gan_camel, wgan_cifar, wgangp_faces_critic, wgangp_faces_generator]
PEERS = {make.__name__: replace(keras_peer.PEERS[make.__name__], make=make) for make in MAKES}


if __name__ == "__main__":
    peer.run_jax(__doc__, PEERS)
