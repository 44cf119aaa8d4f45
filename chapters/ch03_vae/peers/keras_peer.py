"""Chapter 3's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model vae_digits --steps 50

A compiled model and `train_on_batch` (so a TensorFlow graph) with default threads, as the book's code runs.
"""

import os
import sys
from functools import partial
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

BATCH = 32


def encoder_body():
    """The image's input and the flattened features behind four convolutions."""
    image = x = layers.Input((28, 28, 1))
    for filters, stride in [(32, 1), (64, 2), (64, 2), (64, 1)]:
        x = layers.Conv2D(filters, 3, strides=stride, padding="same")(x)
        x = layers.LeakyReLU()(x)
    return image, layers.Flatten()(x)


def build_decoder():
    z = layers.Input((2,))
    x = layers.Dense(3136)(z)
    x = layers.Reshape((7, 7, 64))(x)
    for filters, stride in [(64, 1), (64, 2), (32, 2)]:
        x = layers.Conv2DTranspose(filters, 3, strides=stride, padding="same")(x)
        x = layers.LeakyReLU()(x)
    x = layers.Conv2DTranspose(1, 3, padding="same")(x)
    return keras.Model(z, layers.Activation("sigmoid")(x))


def mean_squared_error(x, x_hat):
    return tf.reduce_mean(tf.square(x - x_hat), axis=[1, 2, 3])


def autoencoder():
    """Pages 94-98."""
    image, features = encoder_body()
    encoder = keras.Model(image, layers.Dense(2)(features))
    decoder = build_decoder()
    assert (encoder.count_params(), decoder.count_params()) == (98_946, 102_017)

    model = keras.Model(image, decoder(encoder(image)))
    model.compile(keras.optimizers.Adam(5e-4), loss=mean_squared_error)
    return model


def sample(heads):
    mu, log_var = heads
    return mu + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mu))


def join(image, encoder, decoder, r_loss_factor):
    """Encoder and decoder of a variational autoencoder as one model, pages 109-114."""
    mu, log_var = encoder(image)
    model = keras.Model(image, decoder(layers.Lambda(sample)([mu, log_var])))
    kl = -0.5 * tf.reduce_sum(1 + log_var - tf.square(mu) - tf.exp(log_var), axis=1)
    model.add_loss(tf.reduce_mean(kl))
    model.compile(keras.optimizers.Adam(5e-4), loss=lambda x, x_hat: r_loss_factor * mean_squared_error(x, x_hat))
    return model


def vae_digits():
    """Pages 106-111, the digits: no batch norm, no dropout, r_loss_factor 1000."""
    image, features = encoder_body()
    encoder = keras.Model(image, [layers.Dense(2)(features), layers.Dense(2)(features)])
    decoder = build_decoder()
    assert (encoder.count_params(), decoder.count_params()) == (105_220, 102_017)
    return join(image, encoder, decoder, 1000)


def vae_faces():
    """Pages 116-118, the faces: batch norm, dropout, r_loss_factor 10,000."""

    def behind_convolution(x):
        return layers.Dropout(0.25)(layers.LeakyReLU()(layers.BatchNormalization()(x)))

    image = x = layers.Input((128, 128, 3))
    for filters in [32, 64, 64, 64]:
        x = behind_convolution(layers.Conv2D(filters, 3, strides=2, padding="same")(x))
    features = layers.Flatten()(x)
    encoder = keras.Model(image, [layers.Dense(200)(features), layers.Dense(200)(features)])

    z = layers.Input((200,))
    x = layers.Reshape((8, 8, 64))(layers.Dense(4096)(z))
    for filters in [64, 64, 32]:
        x = behind_convolution(layers.Conv2DTranspose(filters, 3, strides=2, padding="same")(x))
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x)
    decoder = keras.Model(z, layers.Activation("sigmoid")(x))
    assert (encoder.count_params(), decoder.count_params()) == (1_732_944, 917_123)
    return join(image, encoder, decoder, 10_000)


MODELS = {"autoencoder": autoencoder, "vae_digits": vae_digits, "vae_faces": vae_faces}


def training_step(make):
    """The model's training step."""
    keras.utils.set_random_seed(0)
    model = make()
    x = np.random.default_rng(0).random((BATCH, *model.input_shape[1:]), dtype=np.float32)
    return lambda: model.train_on_batch(x, x)


PEERS = {name: peer.Peer(partial(training_step, make), BATCH) for name, make in MODELS.items()}


if __name__ == "__main__":
    peer.run(__doc__, f"tf.keras {keras.__version__}, TensorFlow {tf.__version__}", PEERS)
