"""Chapter 3's models (pp. 94-98, 106-111 and 116-118) in tf.keras 2, for the peer that is timed and for the arrays and
weights that tests compare with.

Every layer that has weights has a name. Three kinds have none in the book; here they are `decoder_dense`,
`encoder_batch_norm_i` and `decoder_batch_norm_i`.
"""

from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers


@dataclass
class Config:
    """Shapes as the book writes them: input as (height, width, channels), one entry per layer."""

    input_dim: tuple
    encoder_filters: tuple
    encoder_strides: tuple
    decoder_filters: tuple
    decoder_strides: tuple
    z_dim: int
    variational: bool = False
    use_batch_norm: bool = False
    use_dropout: bool = False


DIGITS = Config((28, 28, 1), (32, 64, 64, 64), (1, 2, 2, 1), (64, 64, 32, 1), (1, 2, 2, 1), z_dim=2)
DIGITS_VAE = replace(DIGITS, variational=True)
FACES = Config(
    (128, 128, 3), (32, 64, 64, 64), (2,) * 4, (64, 64, 32, 3), (2,) * 4,
    z_dim=200, variational=True, use_batch_norm=True, use_dropout=True,
)  # fmt: skip


def block(x, conv, side, i, config):
    """conv -> LeakyReLU -> batch norm (autoencoder) or conv -> batch norm -> LeakyReLU (VAE), then dropout."""
    x = conv(x)
    if config.variational and config.use_batch_norm:
        x = layers.BatchNormalization(name=f"{side}_batch_norm_{i}")(x)
    x = layers.LeakyReLU()(x)
    if not config.variational and config.use_batch_norm:
        x = layers.BatchNormalization(name=f"{side}_batch_norm_{i}")(x)
    return layers.Dropout(rate=0.25)(x) if config.use_dropout else x


def build(config):
    """Encoder (z, or mu and log_var) and decoder."""
    image = x = layers.Input(config.input_dim, name="encoder_input")
    for i, (filters, stride) in enumerate(zip(config.encoder_filters, config.encoder_strides)):
        conv = layers.Conv2D(filters, 3, strides=stride, padding="same", name=f"encoder_conv_{i}")
        x = block(x, conv, "encoder", i, config)
    flat_from = x.shape[1:]
    x = layers.Flatten()(x)
    heads = ["mu", "log_var"] if config.variational else ["encoder_output"]
    outputs = [layers.Dense(config.z_dim, name=name)(x) for name in heads]
    encoder = keras.Model(image, outputs if config.variational else outputs[0], name="encoder")

    z = layers.Input((config.z_dim,), name="decoder_input")
    x = layers.Dense(int(np.prod(flat_from)), name="decoder_dense")(z)
    x = layers.Reshape(tuple(flat_from))(x)
    for i, (filters, stride) in enumerate(zip(config.decoder_filters, config.decoder_strides)):
        conv = layers.Conv2DTranspose(filters, 3, strides=stride, padding="same", name=f"decoder_conv_t_{i}")
        last = i == len(config.decoder_filters) - 1
        x = layers.Activation("sigmoid")(conv(x)) if last else block(x, conv, "decoder", i, config)
    return encoder, keras.Model(z, x, name="decoder")


def mean_squared_error(x, x_hat):
    """For each image."""
    return tf.reduce_mean(tf.square(x - x_hat), axis=[1, 2, 3])


def kl_divergence(mu, log_var):
    """For each image."""
    return -0.5 * tf.reduce_sum(1 + log_var - tf.square(mu) - tf.exp(log_var), axis=1)


def sample(mu, log_var, noise):
    return mu + tf.exp(log_var / 2) * noise
