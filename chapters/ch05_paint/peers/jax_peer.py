"""Chapter 5's models in Keras 3 on JAX, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model cyclegan_apples --steps 10

The nets of `keras_models.py`, with default threads. Each step of pages 176-177 is jitted, and its losses are read after it,
as `train_on_batch` does.
"""

import random
import sys
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax.numpy as jnp
import jax_tools
import keras
import numpy as np
import peer
import style_jax

with jax_tools.keras_3_for_keras_2():
    from keras_models import discriminator, resnet, unet
    from keras_peer import BUFFER_MAX_LENGTH, adam, rng


def mean_squared(x, y):
    return jnp.square(x - y).mean()


def mean_absolute(x, y):
    return jnp.abs(x - y).mean()


def trained_discriminator(net):
    """Its step takes images and their label: 1 for real ones, 0 for fakes."""

    def loss_of(weights, rest, images, label):
        scores, rest = net.stateless_call(weights, rest, images, training=True)
        return mean_squared(scores, label), (rest, jnp.mean((scores > 0.5) == (label > 0.5)))

    return jax_tools.Trained(adam(), loss_of, net)


class CycleGan:
    """The four nets with their training, an image of each domain, and the buffers of fakes; see `keras_models.CycleGan`."""

    def __init__(self, generator, shape, gen_filters, disc_filters, weights, sizes):
        d_A, d_B = (discriminator(name, shape, disc_filters) for name in ("d_A", "d_B"))
        g_AB, g_BA = (generator(name, shape, gen_filters) for name in ("g_AB", "g_BA"))
        counts = [model.count_params() for model in (g_AB, d_A)]
        assert counts == sizes, counts
        # The generators' weights lie in a row.
        self.split = len(g_AB.trainable_variables)

        def loss_of(both, rest, imgs_A, imgs_B, of_A, of_B):
            def call(net, weights):
                return lambda x: net.stateless_call(weights, [], x, training=True)[0]

            AB, BA = call(g_AB, both[: self.split]), call(g_BA, both[self.split :])
            valid_A, valid_B = call(d_A, of_A), call(d_B, of_B)
            fake_A, fake_B = BA(imgs_B), AB(imgs_A)
            validation = [mean_squared(valid_A(fake_A), 1), mean_squared(valid_B(fake_B), 1)]
            reconstr = [mean_absolute(BA(fake_B), imgs_A), mean_absolute(AB(fake_A), imgs_B)]
            identity = [mean_absolute(BA(imgs_A), imgs_A), mean_absolute(AB(imgs_B), imgs_B)]
            losses = [validation, reconstr, identity]
            return sum(weight * sum(pair) for weight, pair in zip(weights, losses)), (rest, losses)

        self.generators = jax_tools.Trained(adam(), loss_of, g_AB, g_BA)
        self.d_A, self.d_B = trained_discriminator(d_A), trained_discriminator(d_B)
        self.AB, self.BA = jax_tools.predictor(g_AB), jax_tools.predictor(g_BA)
        self.imgs_A, self.imgs_B = (rng.uniform(-1, 1, (1, *shape)).astype(np.float32) for _ in range(2))
        self.buffer_A, self.buffer_B = deque(maxlen=BUFFER_MAX_LENGTH), deque(maxlen=BUFFER_MAX_LENGTH)

    def step(self):
        """Pages 176-177: each discriminator on a real image and on a fake from its buffer, then the generators."""
        both = self.generators.weights
        self.buffer_A.append(self.BA(both[self.split :], [], self.imgs_B))
        self.buffer_B.append(self.AB(both[: self.split], [], self.imgs_A))
        for net, imgs, buffer in [(self.d_A, self.imgs_A, self.buffer_A), (self.d_B, self.imgs_B, self.buffer_B)]:
            net.step(imgs, 1.0)
            net.step(random.choice(buffer), 0.0)
        return self.generators.step(self.imgs_A, self.imgs_B, self.d_A.weights, self.d_B.weights)


def cyclegan_apples():
    """05_01 (p. 173), batch 1."""
    return CycleGan(unet, (128, 128, 3), 32, 32, [1, 10, 2], [1_545_411, 694_241]).step


def cyclegan_monet():
    """05_02 (p. 182), batch 1."""
    return CycleGan(resnet, (256, 256, 3), 32, 64, [1, 10, 5], [2_850_563, 2_764_737]).step


PEERS = style_jax.PEERS | {
    "cyclegan_apples": peer.Peer(cyclegan_apples, 1, warm_up=3),
    "cyclegan_monet": peer.Peer(cyclegan_monet, 1, warm_up=2),
}


if __name__ == "__main__":
    peer.run_jax(__doc__, PEERS)
