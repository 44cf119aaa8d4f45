"""Chapter 3's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model vae_digits --steps 50

A compiled model and `train_on_batch` (so a TensorFlow graph) with default threads, as the book's code runs.
"""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import tensorflow as tf
import tf_keras as keras
from keras_models import DIGITS, DIGITS_VAE, FACES, build, kl_divergence, mean_squared_error, sample

BATCH = 32


def built(config, parameters):
    """Encoder and decoder, which must have as many parameters as the book's."""
    encoder, decoder = build(config)
    assert (encoder.count_params(), decoder.count_params()) == parameters
    return encoder, decoder


def autoencoder():
    """Pages 94-98."""
    encoder, decoder = built(DIGITS, (98_946, 102_017))
    model = keras.Model(encoder.input, decoder(encoder.output))
    model.compile(keras.optimizers.Adam(5e-4), loss=mean_squared_error)
    return model


def vae(config, parameters, r_loss_factor):
    """Pages 106-111, and 116-118 for the faces."""
    encoder, decoder = built(config, parameters)
    mu, log_var = encoder.output
    z = keras.layers.Lambda(lambda heads: sample(*heads, tf.random.normal(tf.shape(heads[0]))))([mu, log_var])
    model = keras.Model(encoder.input, decoder(z))
    model.add_loss(tf.reduce_mean(kl_divergence(mu, log_var)))
    model.compile(keras.optimizers.Adam(5e-4), loss=lambda x, x_hat: r_loss_factor * mean_squared_error(x, x_hat))
    return model


MODELS = {
    "autoencoder": autoencoder,
    "vae_digits": partial(vae, DIGITS_VAE, (105_220, 102_017), 1000),
    "vae_faces": partial(vae, FACES, (1_732_944, 917_123), 10_000),
}


def training_step(make):
    """The model's training step."""
    keras.utils.set_random_seed(0)
    model = make()
    x = np.random.default_rng(0).random((BATCH, *model.input_shape[1:]), dtype=np.float32)
    return lambda: model.train_on_batch(x, x)


PEERS = {name: peer.Peer(partial(training_step, make), BATCH) for name, make in MODELS.items()}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
