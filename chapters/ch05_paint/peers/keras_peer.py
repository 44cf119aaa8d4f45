"""Chapter 5's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model cyclegan_apples --steps 10

Default threads. Compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs.
"""

import random
import sys
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import style_keras
import tf_keras as keras
from keras_models import apples, monet

BUFFER_MAX_LENGTH = 50

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def adam():
    return keras.optimizers.legacy.Adam(2e-4, 0.5)  # as Keras 2.2 has it


def iteration(make):
    """Pages 176-177, batch 1: each discriminator on a real image and on a fake from its buffer, then the generators."""
    gan = make(adam)
    imgs_A, imgs_B = (rng.uniform(-1, 1, (1, *gan.g_AB.output_shape[1:])).astype(np.float32) for _ in range(2))
    buffer_A, buffer_B = deque(maxlen=BUFFER_MAX_LENGTH), deque(maxlen=BUFFER_MAX_LENGTH)

    def step():
        for buffer, fakes in zip([buffer_A, buffer_B], gan.translate(imgs_A, imgs_B)):
            buffer.append(fakes)
        gan.train_discriminators(imgs_A, imgs_B, random.choice(buffer_A), random.choice(buffer_B))
        return gan.train_generators(imgs_A, imgs_B)[0]

    return step


PEERS = style_keras.PEERS | {
    "cyclegan_apples": peer.Peer(lambda: iteration(apples), 1, warm_up=3),
    "cyclegan_monet": peer.Peer(lambda: iteration(monet), 1, warm_up=2),
}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
