"""Chapter 8's models in Keras 3 on JAX, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model vae --steps 20

The models of `keras_peer.py`, with default threads, each trained by a jitted step.
"""

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax_tools  # chooses the backend of Keras

import jax
import jax.numpy as jnp
import keras
import numpy as np
import peer

with jax_tools.keras_3_for_keras_2():
    from keras_models import kl_divergence, mean_squared_error, sample
    from keras_peer import BATCH, R_LOSS_FACTOR, built_mdn_rnn, built_vae, frames, sequences

MIXTURES = 5


def vae():
    """Page 291: 100 frames."""
    encoder, decoder = built_vae()
    noise = keras.Input((32,))
    mu, log_var = encoder.output
    model = keras.Model([encoder.input, noise], [decoder(sample(mu, log_var, noise)), mu, log_var])

    def loss_of(weights, rest, x, noise):
        (x_hat, mu, log_var), rest = model.stateless_call(weights, rest, [x, noise], training=True)
        reconstruction = R_LOSS_FACTOR * mean_squared_error(x, x_hat).mean()
        return reconstruction + kl_divergence(mu, log_var).mean(), (rest, ())

    trained = jax_tools.Trained(keras.optimizers.Adam(1e-4), loss_of, model)
    x, rng = frames(), np.random.default_rng(0)
    return lambda: trained.step(x, rng.standard_normal((BATCH, 32), dtype=np.float32))


def mdn_rnn():
    """Page 300: 100 episodes of 300 frames."""
    model = built_mdn_rnn()

    def loss_of(weights, rest, inputs, next_z, next_reward):
        output, rest = model.stateless_call(weights, rest, inputs, training=True)
        of_z = output[..., :-1].reshape(*next_z.shape, 3 * MIXTURES)
        log_pi, mu, log_sigma = jnp.split(of_z, 3, axis=-1)
        standardized = (next_z[..., None] - mu) * jnp.exp(-log_sigma)
        log_density = -0.5 * jnp.square(standardized) - log_sigma - 0.5 * math.log(2 * math.pi)
        z_loss = -jax.nn.logsumexp(jax.nn.log_softmax(log_pi) + log_density, axis=-1).mean()
        logit = output[..., -1]
        reward_loss = (jax.nn.softplus(logit) - next_reward * logit).mean()
        return z_loss + reward_loss, (rest, ())

    trained = jax_tools.Trained(keras.optimizers.Adam(1e-3), loss_of, model)
    batch = sequences()
    return lambda: trained.step(*batch)


PEERS = {"vae": peer.Peer(vae, BATCH), "mdn_rnn": peer.Peer(mdn_rnn, BATCH, warm_up=2)}


if __name__ == "__main__":
    peer.run_jax(__doc__, PEERS)
