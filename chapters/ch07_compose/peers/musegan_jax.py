"""Chapter 7's MuseGAN in Keras 3 on JAX, timed step by step; `jax_peer.py` has the command line.

The nets of `musegan_keras.py`; each step of a net is jitted.
"""

import jax_tools  # chooses the backend of Keras

import keras
import numpy as np
import peer

with jax_tools.keras_3_for_keras_2():
    from musegan_keras import CRITIC_STEPS, GRADIENT_WEIGHT, N_TRACKS, MuseGan


def iteration():
    """Page 268, batch 64: five steps of the critic, one of the generator. Fakes for the critic are made by moving averages."""
    batch, gan = 64, MuseGan()
    critic, generator, z = gan.critic, gan.generator, gan.sizes.z
    assert (critic.count_params(), generator.count_params()) == (1_446_401, 6_605_604)
    rng = np.random.default_rng(0)
    real = rng.uniform(-1, 1, (batch, *gan.sizes.score)).astype(np.float32)

    def noise():
        shapes = [(z,), (z,), (N_TRACKS, z), (N_TRACKS, z)]
        return [rng.standard_normal((batch, *shape), dtype=np.float32) for shape in shapes]

    def critic_loss(weights, rest, real, noise, alpha, of_generator):
        def scores(images):
            return critic.stateless_call(weights, rest, images)[0]

        fakes, _ = generator.stateless_call(*of_generator, noise, training=False)
        loss, parts = jax_tools.wgan_gp_losses(scores, real, fakes, alpha, GRADIENT_WEIGHT)
        return loss, (rest, parts)

    def generator_loss(weights, rest, noise, of_critic):
        fakes, rest = generator.stateless_call(weights, rest, noise, training=True)
        return -critic.stateless_call(*of_critic, fakes)[0].mean(), (rest, ())

    def adam():
        return keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9)

    trained_critic = jax_tools.Trained(adam(), critic_loss, critic)
    trained_generator = jax_tools.Trained(adam(), generator_loss, generator)

    def step():
        of_generator = trained_generator.weights, trained_generator.rest
        for _ in range(CRITIC_STEPS):
            alpha = rng.random((batch, 1, 1, 1, 1), dtype=np.float32)
            loss = trained_critic.step(real, noise(), alpha, of_generator)
        trained_generator.step(noise(), (trained_critic.weights, trained_critic.rest))
        return loss

    return step


PEERS = {"musegan": peer.Peer(iteration, 64, warm_up=1)}
