"""Chapter 4's models and losses in tf.keras 2, of any size, for the peer that is timed and for the arrays that tests
compare with.

Layers are named as in the book, and those that the book leaves without a name `<net>_dense` and
`generator_batch_norm_<i>`, counted from the one after the dense layer.
"""

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

KERNEL = 5
GRADIENT_WEIGHT = 10


def start():
    return keras.initializers.RandomNormal(0, 0.02)


def relu():
    return layers.Activation("relu")


def leaky_relu():
    return layers.LeakyReLU(0.2)


def discriminator(net, shape, filters, strides, activation, end=None, dropout=0.0):
    """From an image to one number: a discriminator, or a critic; `net` is its name."""
    image = x = layers.Input(shape)
    for i, (count, stride) in enumerate(zip(filters, strides)):
        options = {"padding": "same", "kernel_initializer": start(), "name": f"{net}_conv_{i}"}
        x = activation()(layers.Conv2D(count, KERNEL, strides=stride, **options)(x))
        if dropout:
            x = layers.Dropout(dropout)(x)
    # A layer's own activation, as in the book: the loss finds the sigmoid's input through it.
    x = layers.Dense(1, activation=end, kernel_initializer=start(), name=f"{net}_dense")(layers.Flatten()(x))
    return keras.Model(image, x, name=net)


def generator(z_dim, shape, convolutions, momentum, activation):
    """From a point in latent space to an image.

    `shape` is the one after the dense layer; a convolution is (kind, filters). Kinds: `up` stands after an
    upsampling by 2, `t1` and `t2` are transposed of stride 1 and 2.
    """

    def batch_norm(i):
        return layers.BatchNormalization(momentum=momentum, name=f"generator_batch_norm_{i}")

    z = layers.Input((z_dim,))
    x = layers.Dense(int(np.prod(shape)), kernel_initializer=start(), name="generator_dense")(z)
    x = layers.Reshape(shape)(activation()(batch_norm(0)(x)))
    for i, (kind, filters) in enumerate(convolutions):
        options = {"padding": "same", "kernel_initializer": start(), "name": f"generator_conv_{i}"}
        if kind == "up":
            x = layers.Conv2D(filters, KERNEL, **options)(layers.UpSampling2D()(x))
        else:
            x = layers.Conv2DTranspose(filters, KERNEL, strides=int(kind[1]), **options)(x)
        if i < len(convolutions) - 1:
            x = activation()(batch_norm(i + 1)(x))
    return keras.Model(z, layers.Activation("tanh")(x), name="generator")


def compiled(critic, gen, loss, optimizers, metrics=None):
    """Compiles the critic, then the generator with the frozen critic after it; returns the latter.

    Which layers learn is settled when a model is compiled, in Keras 2.2 as in tf.keras 2.
    """
    critic.compile(optimizers[0], loss=loss, metrics=metrics)
    critic.trainable = False
    z = layers.Input(gen.input_shape[1:])
    model = keras.Model(z, critic(gen(z)))
    model.compile(optimizers[1], loss=loss, metrics=metrics)
    critic.trainable = True
    return model


def wasserstein(y_true, y_pred):
    return -tf.reduce_mean(y_true * y_pred)


def clip(critic, limit):
    for layer in critic.layers:
        layer.set_weights([np.clip(weight, -limit, limit) for weight in layer.get_weights()])


def gradient_penalty(critic, between):
    """Mean of (1 - norm of the gradient at the images)^2, pp. 153-156; without its weight."""
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = critic(between)
    squares = tf.reduce_sum(tf.square(tape.gradient(scores, between)), axis=[1, 2, 3])
    return tf.reduce_mean(tf.square(1 - tf.sqrt(squares)))


def critic_losses(critic, real, fakes, alpha):
    """WGAN-GP's loss, and its parts: real images, fakes, and the penalty without its weight."""
    between = alpha * real + (1 - alpha) * fakes
    parts = [-tf.reduce_mean(critic(real)), tf.reduce_mean(critic(fakes)), gradient_penalty(critic, between)]
    return parts[0] + parts[1] + GRADIENT_WEIGHT * parts[2], parts
