"""Chapter 2's models in tf.keras 2, for the peer that is timed and for the arrays that tests compare with."""

import tf_keras as keras
from tf_keras import layers


def mlp():
    """Pages 63-67."""
    image = layers.Input((32, 32, 3))
    x = layers.Flatten()(image)
    x = layers.Dense(200, activation="relu", name="dense")(x)
    x = layers.Dense(150, activation="relu", name="dense_1")(x)
    return keras.Model(image, layers.Dense(10, activation="softmax", name="dense_2")(x))


def cnn():
    """Page 84."""
    image = x = layers.Input((32, 32, 3))
    for i, (filters, stride) in enumerate([(32, 1), (32, 2), (64, 1), (64, 2)]):
        number = f"_{i}" if i else ""
        x = layers.Conv2D(filters, 3, strides=stride, padding="same", name=f"conv2d{number}")(x)
        x = layers.BatchNormalization(name=f"batch_normalization{number}")(x)
        x = layers.LeakyReLU()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, name="dense")(x)
    x = layers.BatchNormalization(name="batch_normalization_4")(x)
    x = layers.LeakyReLU()(x)
    x = layers.Dropout(rate=0.5)(x)
    return keras.Model(image, layers.Activation("softmax")(layers.Dense(10, name="dense_1")(x)))


def compiled(model, optimizer):
    """With the book's loss and its metric."""
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model
