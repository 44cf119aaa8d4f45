"""Chapter 2's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model cnn --steps 50

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


def mlp():
    """Pages 63-67."""
    image = layers.Input((32, 32, 3))
    x = layers.Flatten()(image)
    x = layers.Dense(200, activation="relu")(x)
    x = layers.Dense(150, activation="relu")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax")(x))


def cnn():
    """Page 84."""
    image = x = layers.Input((32, 32, 3))
    for filters, stride in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        x = layers.Conv2D(filters, 3, strides=stride, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128)(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU()(x)
    x = layers.Dropout(rate=0.5)(x)
    return keras.Model(image, layers.Activation("softmax")(layers.Dense(10)(x)))


MODELS = {"mlp": (mlp, 646_260), "cnn": (cnn, 592_554)}


def training_step(make, parameters):
    """The model's training step, with loss and accuracy."""
    keras.utils.set_random_seed(0)
    model = make()
    assert model.count_params() == parameters
    model.compile(keras.optimizers.Adam(5e-4), loss="categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 32, 32, 3), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, BATCH)]
    return lambda: model.train_on_batch(x, y)[0]


PEERS = {name: peer.Peer(partial(training_step, *model), BATCH) for name, model in MODELS.items()}


if __name__ == "__main__":
    peer.run(__doc__, f"tf.keras {keras.__version__}, TensorFlow {tf.__version__}", PEERS)
