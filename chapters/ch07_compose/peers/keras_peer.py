"""Chapter 7's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model lstm_compose --steps 20

Default threads. Compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs, with one-hot targets.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import musegan_keras
import numpy as np
import tf_keras as keras
from keras_models import rnn_attention

N_NOTES = 387
N_DURATIONS = 18

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def lstm_compose():
    """Page 245: 32 windows of 32 notes."""
    model, _ = rnn_attention(N_NOTES, N_DURATIONS)
    assert model.count_params() == 1_138_122
    model.compile(loss=["categorical_crossentropy"] * 2, optimizer=keras.optimizers.legacy.RMSprop(1e-3))
    sizes = [N_NOTES, N_DURATIONS]
    x = [rng.integers(0, size, (32, 32)) for size in sizes]
    y = [np.eye(size, dtype=np.float32)[rng.integers(0, size, 32)] for size in sizes]
    return lambda: model.train_on_batch(x, y)[0]


PEERS = musegan_keras.PEERS | {"lstm_compose": peer.Peer(lstm_compose, 32)}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
