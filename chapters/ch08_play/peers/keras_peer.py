"""Chapter 8's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model vae --steps 20

Default threads. Compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import keras_models
import numpy as np
import tensorflow as tf
import tf_keras as keras
from keras_models import FRAME, kl_divergence, mean_squared_error, reward_loss, sample, z_loss

BATCH = 100
STEPS = 299
R_LOSS_FACTOR = 10_000

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def built_vae():
    """Encoder and decoder, which must have as many parameters as the book's."""
    encoder, decoder = keras_models.vae()
    assert (encoder.count_params(), decoder.count_params()) == (264_032, 1_851_939)
    return encoder, decoder


def built_mdn_rnn():
    model, _ = keras_models.mdn_rnn()
    assert model.count_params() == 423_649
    return model


def frames():
    return rng.random((BATCH, *FRAME), dtype=np.float32)


def sequences():
    """Inputs, the z and the rewards after them."""
    inputs, next_z = (rng.standard_normal((BATCH, STEPS, n), dtype=np.float32) for n in (36, 32))
    return inputs, next_z, np.float32(rng.integers(0, 2, (BATCH, STEPS)))


def vae():
    """Page 291: 100 frames."""
    encoder, decoder = built_vae()
    mu, log_var = encoder.output
    z = keras.layers.Lambda(lambda heads: sample(*heads, tf.random.normal(tf.shape(heads[0]))))([mu, log_var])
    model = keras.Model(encoder.input, decoder(z))
    model.add_loss(tf.reduce_mean(kl_divergence(mu, log_var)))
    adam = keras.optimizers.legacy.Adam(1e-4)
    model.compile(adam, loss=lambda x, x_hat: R_LOSS_FACTOR * mean_squared_error(x, x_hat))
    x = frames()
    return lambda: model.train_on_batch(x, x)


def mdn_rnn():
    """Page 300: 100 episodes of 300 frames."""
    model = built_mdn_rnn()
    inputs, next_z, next_reward = sequences()
    targets = np.concatenate([next_z, next_reward[..., None]], axis=-1)

    def loss(targets, output):
        return z_loss(targets[..., :-1], output) + reward_loss(targets[..., -1], output)

    model.compile(keras.optimizers.legacy.Adam(1e-3), loss=loss)
    return lambda: model.train_on_batch(inputs, targets)


PEERS = {"vae": peer.Peer(vae, BATCH), "mdn_rnn": peer.Peer(mdn_rnn, BATCH, warm_up=2)}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
