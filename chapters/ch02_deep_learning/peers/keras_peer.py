"""Chapter 2's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model cnn --steps 50

A compiled model and `train_on_batch` (so a TensorFlow graph) with default threads, as the book's code runs.
"""

import argparse
import json
import os
import sys
import time

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

BATCH = 32
WARM_UP = 10


def mlp():
    """Pages 63-67."""
    picture = layers.Input((32, 32, 3))
    x = layers.Flatten()(picture)
    x = layers.Dense(200, activation="relu")(x)
    x = layers.Dense(150, activation="relu")(x)
    return keras.Model(picture, layers.Dense(10, activation="softmax")(x))


def cnn():
    """Page 84."""
    picture = x = layers.Input((32, 32, 3))
    for filters, stride in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        x = layers.Conv2D(filters, 3, strides=stride, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128)(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU()(x)
    x = layers.Dropout(rate=0.5)(x)
    return keras.Model(picture, layers.Activation("softmax")(layers.Dense(10)(x)))


MODELS = {"mlp": (mlp, 646_260), "cnn": (cnn, 592_554)}


def bench(name, steps):
    """Milliseconds of each training step, with loss and accuracy."""
    keras.utils.set_random_seed(0)
    make, parameters = MODELS[name]
    model = make()
    assert model.count_params() == parameters
    model.compile(keras.optimizers.Adam(5e-4), loss="categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 32, 32, 3), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(0, 10, BATCH)]

    ms = []
    for step in range(WARM_UP + steps):
        start = time.perf_counter()
        values = model.train_on_batch(x, y)
        if step >= WARM_UP:
            ms.append(1000 * (time.perf_counter() - start))
    print(f"tf.keras {keras.__version__}, TensorFlow {tf.__version__}: {name}, loss {values[0]:.4f}", file=sys.stderr)
    return ms


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=MODELS, default="mlp")
    parser.add_argument("--steps", type=int, default=50, help="timed steps, after 10 to warm up")
    parser.add_argument("--list", action="store_true", help="print the models' names and stop")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(MODELS))
        return
    ms = bench(arguments.model, arguments.steps)
    print(json.dumps({"model": arguments.model, "batch": BATCH, "ms": [round(value, 3) for value in ms]}))


if __name__ == "__main__":
    main()
