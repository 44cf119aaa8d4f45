"""Chapter 4's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model gan_camel --steps 20

Default threads. GAN and WGAN are compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs;
its `predict` became `predict_on_batch`, which builds no data set in every step. Keras 2.2 had WGAN-GP's
gradient penalty as a loss inside a compiled graph; here it is a `tf.function`, which is the same graph.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import tensorflow as tf
import tf_keras as keras
from keras_models import clip, compiled, critic_losses, discriminator, generator, leaky_relu, relu, wasserstein

Z_DIM = 100
CRITIC_STEPS = 5
CLIP = 0.01

RMSprop, Adam = keras.optimizers.legacy.RMSprop, keras.optimizers.legacy.Adam  # as Keras 2.2 has them
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def check_sizes(critic, gen, expected):
    counts = (critic.count_params(), gen.count_params())
    assert counts == expected, counts


def noise(batch):
    return rng.standard_normal((batch, Z_DIM), dtype=np.float32)


def images(batch, gen):
    return rng.uniform(-1, 1, (batch, *gen.output_shape[1:])).astype(np.float32)


def gan_camel():
    """Pages 130-136. One iteration: the discriminator on a real batch and on a fake one, then the generator."""
    batch = 64
    critic = discriminator("discriminator", (28, 28, 1), [64, 64, 128, 128], [2, 2, 2, 1], relu, "sigmoid", dropout=0.4)
    gen = generator(Z_DIM, (7, 7, 64), [("up", 128), ("up", 64), ("t1", 64), ("t1", 1)], 0.9, relu)
    check_sizes(critic, gen, (720_833, 844_161))
    real, ones, zeros = images(batch, gen), np.ones((batch, 1), np.float32), np.zeros((batch, 1), np.float32)
    model = compiled(critic, gen, "binary_crossentropy", [RMSprop(8e-4), RMSprop(4e-4)], ["accuracy"])

    def step():
        fakes = gen.predict_on_batch(noise(batch))
        critic.train_on_batch(real, ones)
        critic.train_on_batch(fakes, zeros)
        return model.train_on_batch(noise(batch), ones)[0]

    return step


def wgan_cifar():
    """Pages 146-150. One iteration: five times two steps of the critic and its clipping, then the generator."""
    batch = 128
    critic = discriminator("critic", (32, 32, 3), [32, 64, 128, 128], [2, 2, 2, 1], leaky_relu)
    gen = generator(Z_DIM, (4, 4, 128), [("up", 128), ("up", 64), ("up", 32), ("t1", 3)], 0.8, leaky_relu)
    check_sizes(critic, gen, (670_401, 884_163))
    real, ones = images(batch, gen), np.ones((batch, 1), np.float32)
    model = compiled(critic, gen, wasserstein, [RMSprop(5e-5), RMSprop(5e-5)])

    def step():
        for _ in range(CRITIC_STEPS):
            fakes = gen.predict_on_batch(noise(batch))
            critic.train_on_batch(real, ones)
            critic.train_on_batch(fakes, -ones)
            clip(critic, CLIP)
        return model.train_on_batch(noise(batch), ones)

    return step


def faces():
    """Pages 152-156."""
    critic = discriminator("critic", (64, 64, 3), [64, 128, 256, 512], [2, 2, 2, 2], leaky_relu)
    gen = generator(Z_DIM, (4, 4, 512), [("t2", 256), ("t2", 128), ("t2", 64), ("t2", 3)], 0.9, leaky_relu)
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
            loss, parts = critic_losses(critic, real, fakes, alpha)
        variables = critic.trainable_variables
        adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss, *parts

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
    peer.run_keras(__doc__, PEERS)
