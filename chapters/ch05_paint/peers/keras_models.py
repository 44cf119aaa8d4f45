"""Chapter 5's CycleGAN in tf.keras 2, of any size, for the peer that is timed and for the arrays that tests compare
with.

Nets are named as in the book. Its layers have no names; here a U-Net has `d1` to `d4`, `u1` to `u3` and `output`, a
ResNet `conv7s1`, `downsample_<i>`, `residual_<i>_<part>`, `upsample_<i>` and `output`, a discriminator `conv4_<i>` and
`output`.
"""

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

RESIDUAL_BLOCKS = 9


class InstanceNormalization(layers.Layer):
    """keras_contrib's, as the book calls it: `InstanceNormalization(axis=-1, center=False, scale=False)`.

    Each channel of each image by its mean and its biased standard deviation. Epsilon is added to the latter, not to the
    variance.
    """

    def call(self, x):
        mean = tf.reduce_mean(x, axis=[1, 2], keepdims=True)
        deviation = tf.math.reduce_std(x, axis=[1, 2], keepdims=True)
        return (x - mean) / (deviation + 1e-3)


class ReflectionPadding2D(layers.Layer):
    """A border of the image's mirror image, without its outermost row."""

    def __init__(self, border, **options):
        super().__init__(**options)
        self.border = border

    def call(self, x):
        borders = [self.border, self.border]
        return tf.pad(x, [[0, 0], borders, borders, [0, 0]], "REFLECT")


def relu(x):
    return layers.Activation("relu")(x)


def leaky_relu(x):
    return layers.LeakyReLU(0.2)(x)


def normal_start():
    """The kernels' initializer of the discriminators and of the ResNet; the U-Net has Keras' default."""
    return {"kernel_initializer": keras.initializers.RandomNormal(0, 0.02)}


def unet(name, shape, filters):
    """Pages 168-170."""

    def downsample(x, name, filters):
        x = layers.Conv2D(filters, 4, strides=2, padding="same", name=name)(x)
        return relu(InstanceNormalization()(x))

    def upsample(x, skip, name, filters):
        x = layers.Conv2D(filters, 4, padding="same", name=name)(layers.UpSampling2D()(x))
        return layers.Concatenate()([relu(InstanceNormalization()(x)), skip])

    img = layers.Input(shape)
    d1 = downsample(img, "d1", filters)
    d2 = downsample(d1, "d2", filters * 2)
    d3 = downsample(d2, "d3", filters * 4)
    d4 = downsample(d3, "d4", filters * 8)
    u1 = upsample(d4, d3, "u1", filters * 4)
    u2 = upsample(u1, d2, "u2", filters * 2)
    u3 = upsample(u2, d1, "u3", filters)
    output = layers.Conv2D(shape[-1], 4, padding="same", activation="tanh", name="output")(layers.UpSampling2D()(u3))
    return keras.Model(img, output, name=name)


def resnet(name, shape, filters):
    """Pages 182-184."""

    def conv7s1(x, name, filters):
        return layers.Conv2D(filters, 7, name=name, **normal_start())(ReflectionPadding2D(3)(x))

    def downsample(x, name, filters):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", name=name, **normal_start())(x)
        return relu(InstanceNormalization()(x))

    def residual(x, i):
        y = x
        for part in range(2):
            name = f"residual_{i}_{part}"
            y = layers.Conv2D(x.shape[-1], 3, name=name, **normal_start())(ReflectionPadding2D(1)(y))
            y = InstanceNormalization()(y)
            if part == 0:
                y = relu(y)
        return layers.Add()([y, x])

    def upsample(x, name, filters):
        x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", name=name, **normal_start())(x)
        return relu(InstanceNormalization()(x))

    img = layers.Input(shape)
    x = relu(InstanceNormalization()(conv7s1(img, "conv7s1", filters)))
    x = downsample(x, "downsample_0", filters * 2)
    x = downsample(x, "downsample_1", filters * 4)
    for i in range(RESIDUAL_BLOCKS):
        x = residual(x, i)
    x = upsample(x, "upsample_0", filters * 2)
    x = upsample(x, "upsample_1", filters)
    return keras.Model(img, layers.Activation("tanh")(conv7s1(x, "output", shape[-1])), name=name)


def discriminator(name, shape, filters):
    """Pages 171-172: a score for each patch of the image."""

    def conv4(x, i, filters, stride):
        x = layers.Conv2D(filters, 4, strides=stride, padding="same", name=f"conv4_{i}", **normal_start())(x)
        return leaky_relu(InstanceNormalization()(x) if i > 0 else x)

    img = x = layers.Input(shape)
    for i, stride in enumerate([2, 2, 2, 1]):
        x = conv4(x, i, filters * 2**i, stride)
    x = layers.Conv2D(1, 4, padding="same", name="output", **normal_start())(x)
    return keras.Model(img, x, name=name)


class CycleGan:
    """The four nets, and the model that trains the generators, compiled as on pp. 173-175.

    `generator` is `unet` or `resnet`, `weights` are those of the losses: validation, reconstruction, identity; `adam`
    makes an optimizer.
    """

    def __init__(self, generator, shape, gen_filters, disc_filters, weights, adam):
        self.d_A, self.d_B = (discriminator(name, shape, disc_filters) for name in ("d_A", "d_B"))
        for model in (self.d_A, self.d_B):
            model.compile(loss="mse", optimizer=adam(), metrics=["accuracy"])
        self.g_AB, self.g_BA = (generator(name, shape, gen_filters) for name in ("g_AB", "g_BA"))

        # Which layers learn is settled when a model is compiled, in Keras 2.2 as in tf.keras 2.
        self.d_A.trainable = self.d_B.trainable = False
        img_A, img_B = layers.Input(shape), layers.Input(shape)
        fake_B, fake_A = self.g_AB(img_A), self.g_BA(img_B)
        reconstr_A, reconstr_B = self.g_BA(fake_B), self.g_AB(fake_A)
        img_A_id, img_B_id = self.g_BA(img_A), self.g_AB(img_B)
        valid_A, valid_B = self.d_A(fake_A), self.d_B(fake_B)
        outputs = [valid_A, valid_B, reconstr_A, reconstr_B, img_A_id, img_B_id]
        self.combined = keras.Model([img_A, img_B], outputs, name="combined")
        self.combined.compile(
            loss=["mse", "mse", "mae", "mae", "mae", "mae"],
            loss_weights=[weight for weight in weights for _ in range(2)],
            optimizer=adam(),
        )
        self.d_A.trainable = self.d_B.trainable = True

    def labels(self, batch):
        """For real and for translated images: 1 and 0 for each patch."""
        shape = (batch, *self.d_A.output_shape[1:])
        return np.ones(shape, keras.backend.floatx()), np.zeros(shape, keras.backend.floatx())

    def translate(self, imgs_A, imgs_B):
        """Fakes of A and of B.

        `predict_on_batch` gives what the book's `predict` does, but builds no data set in every step.
        """
        return self.g_BA.predict_on_batch(imgs_B), self.g_AB.predict_on_batch(imgs_A)

    def train_discriminators(self, imgs_A, imgs_B, fake_A, fake_B):
        """Page 176, with fakes that were drawn from the buffers.

        Loss and accuracy of d_A on real images and on fakes, then of d_B.
        """
        valid, fake = self.labels(len(imgs_A))
        return [
            self.d_A.train_on_batch(imgs_A, valid),
            self.d_A.train_on_batch(fake_A, fake),
            self.d_B.train_on_batch(imgs_B, valid),
            self.d_B.train_on_batch(fake_B, fake),
        ]

    def train_generators(self, imgs_A, imgs_B):
        """Page 177: the weighted sum of the losses, then each of the six."""
        valid, _ = self.labels(len(imgs_A))
        return self.combined.train_on_batch([imgs_A, imgs_B], [valid, valid, imgs_A, imgs_B, imgs_A, imgs_B])


def apples(adam):
    """05_01 (p. 173)."""
    gan = CycleGan(unet, (128, 128, 3), 32, 32, [1, 10, 2], adam)
    check_sizes(gan, 1_545_411, 694_241)
    return gan


def monet(adam):
    """05_02 (p. 182)."""
    gan = CycleGan(resnet, (256, 256, 3), 32, 64, [1, 10, 5], adam)
    check_sizes(gan, 2_850_563, 2_764_737)
    return gan


def check_sizes(gan, generator, discriminator):
    counts = [model.count_params() for model in (gan.g_AB, gan.g_BA, gan.d_A, gan.d_B)]
    assert counts == [generator] * 2 + [discriminator] * 2, counts
