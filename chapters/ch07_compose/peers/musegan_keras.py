"""Chapter 7's MuseGAN in tf.keras 2, of any size, for the peer that is timed and for the arrays that tests compare with.

The nets of the generator are named as in Rust. Its layers have no names in the book; here they have those of Rust, unless
they are to be `numbered` by Keras.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

import peer

CRITIC_STEPS = 5
GRADIENT_WEIGHT = 10
N_TRACKS = 4
N_STEPS = 16


@dataclass(frozen=True)
class Sizes:
    """The book's nets."""

    n_bars: int = 2
    n_pitches: int = 84
    z: int = 32
    temporal_filters: int = 1024
    bar_units: int = 1024
    bar_filters: tuple = (512, 256, 256, 256)
    critic_filters: tuple = (128, 128, 128, 128, 128, 128, 256, 512)
    critic_units: int = 1024

    @property
    def score(self):
        return (self.n_bars, N_STEPS, self.n_pitches, N_TRACKS)


def start():
    return {"kernel_initializer": keras.initializers.RandomNormal(0, 0.02)}


class MuseGan:
    """Pages 264-268: the generator, its parts by name, and the critic."""

    def __init__(self, sizes=Sizes(), numbered=False):
        self.sizes, self.numbered = sizes, numbered
        names = ["temporal_network", *(f"melody_network_{track}" for track in range(N_TRACKS))]
        self.parts = {name: self.temporal_network(name) for name in names}
        for track in range(N_TRACKS):
            self.parts[f"bar_generator_{track}"] = self.bar_generator(f"bar_generator_{track}")
        self.generator = self.make_generator()
        self.critic = self.make_critic()

    def name(self, name):
        return {} if self.numbered else {"name": name}

    def conv_t(self, x, i, filters, kernel, strides, padding):
        conv = layers.Conv2DTranspose(filters, kernel, strides, padding, **self.name(f"conv_t_{i}"), **start())
        x = layers.BatchNormalization(momentum=0.9, **self.name(f"batch_norm_{i}"))(conv(x))
        return layers.Activation("relu")(x)

    def temporal_network(self, name):
        z, n_bars = self.sizes.z, self.sizes.n_bars
        noise = layers.Input((z,))
        x = layers.Reshape([1, 1, z])(noise)
        x = self.conv_t(x, 0, self.sizes.temporal_filters, (2, 1), (1, 1), "valid")
        x = self.conv_t(x, 1, z, (n_bars - 1, 1), (1, 1), "valid")
        return keras.Model(noise, layers.Reshape([n_bars, z])(x), name=name)

    def bar_generator(self, name):
        n_pitches, units = self.sizes.n_pitches, self.sizes.bar_units
        noise = layers.Input((4 * self.sizes.z,))
        x = layers.Dense(units, **self.name("dense"))(noise)
        x = layers.BatchNormalization(momentum=0.9, **self.name("batch_norm"))(x)
        x = layers.Reshape([2, 1, units // 2])(layers.Activation("relu")(x))
        for i, (filters, sides) in enumerate(zip(self.sizes.bar_filters, [(2, 1)] * 3 + [(1, n_pitches // 12)])):
            x = self.conv_t(x, i, filters, sides, sides, "same")
        x = layers.Conv2DTranspose(1, (1, 12), (1, 12), "same", **self.name("conv_t_4"), **start())(x)
        x = layers.Reshape([1, N_STEPS, n_pitches, 1])(layers.Activation("tanh")(x))
        return keras.Model(noise, x, name=name)

    def make_generator(self):
        z = self.sizes.z
        chords, style = layers.Input((z,)), layers.Input((z,))
        melody, groove = layers.Input((N_TRACKS, z)), layers.Input((N_TRACKS, z))

        def row(i):
            return layers.Lambda(lambda x: x[:, i, :])

        chords_over_time = self.parts["temporal_network"](chords)
        tracks = range(N_TRACKS)
        melody_over_time = [self.parts[f"melody_network_{track}"](row(track)(melody)) for track in tracks]
        bars = []
        for bar in range(self.sizes.n_bars):
            c = row(bar)(chords_over_time)
            outputs = []
            for track in tracks:
                x = layers.Concatenate(axis=1)([c, style, row(bar)(melody_over_time[track]), row(track)(groove)])
                outputs.append(self.parts[f"bar_generator_{track}"](x))
            bars.append(layers.Concatenate(axis=-1)(outputs))
        return keras.Model([chords, style, melody, groove], layers.Concatenate(axis=1)(bars), name="generator")

    def make_critic(self):
        n_bars, octaves = self.sizes.n_bars, self.sizes.n_pitches // 12
        convs = [
            ((2, 1, 1), (1, 1, 1), "valid"),
            ((n_bars - 1, 1, 1), (1, 1, 1), "valid"),
            ((1, 1, 12), (1, 1, 12), "same"),
            ((1, 1, octaves), (1, 1, octaves), "same"),
            ((1, 2, 1), (1, 2, 1), "same"),
            ((1, 2, 1), (1, 2, 1), "same"),
            ((1, 4, 1), (1, 2, 1), "same"),
            ((1, 3, 1), (1, 2, 1), "same"),
        ]
        score = x = layers.Input(self.sizes.score)
        for i, (filters, conv) in enumerate(zip(self.sizes.critic_filters, convs)):
            x = layers.LeakyReLU()(layers.Conv3D(filters, *conv, **self.name(f"conv_{i}"), **start())(x))
        x = layers.Dense(self.sizes.critic_units, **self.name("dense_0"), **start())(layers.Flatten()(x))
        x = layers.Dense(1, **self.name("dense_1"), **start())(layers.LeakyReLU()(x))
        return keras.Model(score, x, name="critic")

    def critic_losses(self, real, noise, alpha):
        """The loss and its parts: real scores, fakes by moving averages, and the penalty without its weight."""
        fakes = self.generator(noise, training=False)
        between = alpha * real + (1 - alpha) * fakes
        with tf.GradientTape() as tape:
            tape.watch(between)
            scores = self.critic(between)
        squares = tf.reduce_sum(tf.square(tape.gradient(scores, between)), axis=[1, 2, 3, 4])
        penalty = tf.reduce_mean(tf.square(1 - tf.sqrt(squares)))
        parts = [-tf.reduce_mean(self.critic(real)), tf.reduce_mean(self.critic(fakes)), penalty]
        return parts[0] + parts[1] + GRADIENT_WEIGHT * parts[2], parts

    def train_critic(self, real, noise, alpha, optimizer):
        with tf.GradientTape() as tape:
            loss, parts = self.critic_losses(real, noise, alpha)
        variables = self.critic.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss, *parts

    def train_generator(self, noise, optimizer):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic(self.generator(noise, training=True)))
        variables = self.generator.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss


def adam(rate):
    return keras.optimizers.legacy.Adam(rate, beta_1=0.5, beta_2=0.9)  # as Keras 2.2 has it


def iteration():
    """Page 268, batch 64: five steps of the critic, one of the generator."""
    batch, gan = 64, MuseGan()
    assert (gan.critic.count_params(), gan.generator.count_params()) == (1_446_401, 6_605_604)
    optimizers = [adam(1e-3), adam(1e-3)]
    z = gan.sizes.z
    real = tf.constant(np.random.default_rng(0).uniform(-1, 1, (batch, *gan.sizes.score)).astype(np.float32))

    def noise():
        return [tf.random.normal((batch, *shape)) for shape in [(z,), (z,), (N_TRACKS, z), (N_TRACKS, z)]]

    @tf.function
    def critic_step():
        return gan.train_critic(real, noise(), tf.random.uniform((batch, 1, 1, 1, 1)), optimizers[0])

    @tf.function
    def generator_step():
        return gan.train_generator(noise(), optimizers[1])

    def step():
        for _ in range(CRITIC_STEPS):
            losses = [loss.numpy() for loss in critic_step()]
        generator_step().numpy()
        return losses[0]

    return step


PEERS = {"musegan": peer.Peer(iteration, 64, warm_up=1)}
