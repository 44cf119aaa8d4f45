"""Chapter 4's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model gan_camel --steps 20

Default threads. GAN and WGAN are compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs;
its `predict` became `predict_on_batch`, which builds no data set in every step. Keras 2.2 had WGAN-GP's
gradient penalty as a loss inside a compiled graph; here it is a `tf.function`, which is the same graph.
"""

import os
import sys
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

Z_DIM = 100
CRITIC_STEPS = 5
CLIP = 0.01
GRADIENT_WEIGHT = 10

RMSprop, Adam = keras.optimizers.legacy.RMSprop, keras.optimizers.legacy.Adam  # as Keras 2.2 has them
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def start():
    return keras.initializers.RandomNormal(0, 0.02)


def relu():
    return layers.Activation("relu")


def leaky_relu():
    return layers.LeakyReLU(0.2)


def discriminator(shape, filters, strides, activation, end=None, dropout=0.0):
    """Convolutions from image to one number."""
    image = x = layers.Input(shape)
    for count, stride in zip(filters, strides):
        x = layers.Conv2D(count, 5, strides=stride, padding="same", kernel_initializer=start())(x)
        x = activation()(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(image, layers.Dense(1, activation=end, kernel_initializer=start())(layers.Flatten()(x)))


def generator(pixels, filters, kinds, momentum, activation):
    """From a point in latent space to an image of `pixels` * 2^n.

    `kinds` are those of its convolutions: `up` behind an enlargement, `t1` and `t2` transposed of stride 1 and 2.
    """
    z = layers.Input((Z_DIM,))
    x = layers.Dense(pixels * pixels * filters[0], kernel_initializer=start())(z)
    x = activation()(layers.BatchNormalization(momentum=momentum)(x))
    x = layers.Reshape((pixels, pixels, filters[0]))(x)
    for i, (count, kind) in enumerate(zip(filters[1:], kinds)):
        options = {"padding": "same", "kernel_initializer": start()}
        if kind == "up":
            x = layers.Conv2D(count, 5, **options)(layers.UpSampling2D()(x))
        else:
            x = layers.Conv2DTranspose(count, 5, strides=int(kind[1]), **options)(x)
        if i < len(kinds) - 1:
            x = activation()(layers.BatchNormalization(momentum=momentum)(x))
    return keras.Model(z, layers.Activation("tanh")(x))


def check_sizes(critic, gen, expected):
    counts = (critic.count_params(), gen.count_params())
    assert counts == expected, counts


def noise(batch):
    return rng.standard_normal((batch, Z_DIM), dtype=np.float32)


def images(batch, gen):
    return rng.uniform(-1, 1, (batch, *gen.output_shape[1:])).astype(np.float32)


def compiled(critic, gen, loss, rates, metrics=None):
    """Compiles the critic, then the generator with the frozen critic behind it; returns the latter.

    Which layers learn is settled when a model is compiled.
    """
    critic.compile(RMSprop(rates[0]), loss=loss, metrics=metrics)
    critic.trainable = False
    z = layers.Input((Z_DIM,))
    model = keras.Model(z, critic(gen(z)))
    model.compile(RMSprop(rates[1]), loss=loss, metrics=metrics)
    critic.trainable = True
    return model


def gan_camel():
    """Pages 130-136. One iteration: the discriminator on a real batch and on a fake one, then the generator."""
    batch = 64
    critic = discriminator((28, 28, 1), [64, 64, 128, 128], [2, 2, 2, 1], relu, "sigmoid", dropout=0.4)
    gen = generator(7, [64, 128, 64, 64, 1], ["up", "up", "t1", "t1"], 0.9, relu)
    check_sizes(critic, gen, (720_833, 844_161))
    real, ones, zeros = images(batch, gen), np.ones((batch, 1), np.float32), np.zeros((batch, 1), np.float32)
    model = compiled(critic, gen, "binary_crossentropy", [8e-4, 4e-4], ["accuracy"])

    def step():
        fakes = gen.predict_on_batch(noise(batch))
        critic.train_on_batch(real, ones)
        critic.train_on_batch(fakes, zeros)
        return model.train_on_batch(noise(batch), ones)[0]

    return step


def wasserstein(y_true, y_pred):
    return -tf.reduce_mean(y_true * y_pred)


def wgan_cifar():
    """Pages 146-150. One iteration: five times two steps of the critic and its clipping, then the generator."""
    batch = 128
    critic = discriminator((32, 32, 3), [32, 64, 128, 128], [2, 2, 2, 1], leaky_relu)
    gen = generator(4, [128, 128, 64, 32, 3], ["up", "up", "up", "t1"], 0.8, leaky_relu)
    check_sizes(critic, gen, (670_401, 884_163))
    real, ones = images(batch, gen), np.ones((batch, 1), np.float32)
    model = compiled(critic, gen, wasserstein, [5e-5, 5e-5])

    def step():
        for _ in range(CRITIC_STEPS):
            fakes = gen.predict_on_batch(noise(batch))
            critic.train_on_batch(real, ones)
            critic.train_on_batch(fakes, -ones)
            for layer in critic.layers:
                layer.set_weights([np.clip(weight, -CLIP, CLIP) for weight in layer.get_weights()])
        return model.train_on_batch(noise(batch), ones)

    return step


def faces():
    """Pages 152-156."""
    critic = discriminator((64, 64, 3), [64, 128, 256, 512], [2, 2, 2, 2], leaky_relu)
    gen = generator(4, [512, 256, 128, 64, 3], ["t2", "t2", "t2", "t2"], 0.9, leaky_relu)
    check_sizes(critic, gen, (4_314_753, 5_168_003))
    return critic, gen, Adam(2e-4, beta_1=0.5)


def wgangp_faces_critic():
    """One step of the critic with the gradient penalty, fakes included: by moving averages, as tf.keras runs what is
    frozen."""
    batch = 64
    critic, gen, adam = faces()

    @tf.function
    def train(real, z):
        alpha = tf.random.uniform((batch, 1, 1, 1))
        with tf.GradientTape() as tape:
            fakes = gen(z, training=False)
            between = alpha * real + (1 - alpha) * fakes
            with tf.GradientTape() as inner:
                inner.watch(between)
                scores = critic(between, training=True)
            norm = tf.sqrt(tf.reduce_sum(tf.square(inner.gradient(scores, between)), axis=[1, 2, 3]))
            penalty = tf.reduce_mean(tf.square(1 - norm))
            real_loss = -tf.reduce_mean(critic(real, training=True))
            fake_loss = tf.reduce_mean(critic(fakes, training=True))
            loss = real_loss + fake_loss + GRADIENT_WEIGHT * penalty
        variables = critic.trainable_variables
        adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss, real_loss, fake_loss, penalty

    real = images(batch, gen)
    return lambda: [value.numpy() for value in train(tf.constant(real), tf.constant(noise(batch)))][0]


def wgangp_faces_generator():
    """One step of the generator."""
    batch = 64
    critic, gen, adam = faces()

    @tf.function
    def train(z):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(critic(gen(z, training=True), training=True))
        variables = gen.trainable_variables
        adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    return lambda: train(tf.constant(noise(batch))).numpy()


PEERS = {
    "gan_camel": peer.Peer(gan_camel, 64, warm_up=3),
    "wgan_cifar": peer.Peer(wgan_cifar, 128, warm_up=2),
    "wgangp_faces_critic": peer.Peer(wgangp_faces_critic, 64, warm_up=2),
    "wgangp_faces_generator": peer.Peer(wgangp_faces_generator, 64, warm_up=2),
}


if __name__ == "__main__":
    peer.run(__doc__, f"tf.keras {keras.__version__}, TensorFlow {tf.__version__}", PEERS)
