"""Chapter 2's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model cnn --steps 50

A compiled model and `train_on_batch` (so a TensorFlow graph) with default threads, as the book's code runs.
"""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import tf_keras as keras
from keras_models import cnn, compiled, mlp

BATCH = 32
MODELS = {"mlp": (mlp, 646_260), "cnn": (cnn, 592_554)}


def training_step(make, parameters):
    """The model's training step, with loss and accuracy."""
    keras.utils.set_random_seed(0)
    model = compiled(make(), keras.optimizers.Adam(5e-4))
    assert model.count_params() == parameters
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 32, 32, 3), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, BATCH)]
    return lambda: model.train_on_batch(x, y)[0]


PEERS = {name: peer.Peer(partial(training_step, *model), BATCH) for name, model in MODELS.items()}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
