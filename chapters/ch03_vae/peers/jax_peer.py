"""Chapter 3's models in Keras 3 on JAX, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model vae_digits --steps 50

The models of `keras_peer.py`, with default threads. The autoencoder is compiled and trains by `train_on_batch`, which
Keras 3 jits; the variational autoencoders train by a jitted step.
"""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax_tools
import keras
import numpy as np
import peer

with jax_tools.keras_3_for_keras_2():
    from keras_models import DIGITS_VAE, FACES, kl_divergence, mean_squared_error, sample
    from keras_peer import BATCH, PEERS, built


def vae(config, parameters, r_loss_factor):
    """Pages 106-111, and 116-118 for the faces."""
    encoder, decoder = built(config, parameters)
    noise = keras.Input((config.z_dim,))
    mu, log_var = encoder.output
    model = keras.Model([encoder.input, noise], [decoder(sample(mu, log_var, noise)), mu, log_var])

    def loss_of(weights, rest, x, noise):
        (x_hat, mu, log_var), rest = model.stateless_call(weights, rest, [x, noise], training=True)
        reconstruction = r_loss_factor * mean_squared_error(x, x_hat).mean()
        return reconstruction + kl_divergence(mu, log_var).mean(), (rest, ())

    trained = jax_tools.Trained(keras.optimizers.Adam(5e-4), loss_of, model)
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, *config.input_dim), dtype=np.float32)
    return lambda: trained.step(x, rng.standard_normal((BATCH, config.z_dim), dtype=np.float32))


PEERS = PEERS | {
    "vae_digits": peer.Peer(partial(vae, DIGITS_VAE, (105_220, 102_017), 1000), BATCH),
    "vae_faces": peer.Peer(partial(vae, FACES, (1_732_944, 917_123), 10_000), BATCH),
}


if __name__ == "__main__":
    peer.run_jax(__doc__, PEERS)
