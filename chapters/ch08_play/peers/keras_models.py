"""Chapter 8's models in tf.keras 2: the peers time them, the fixtures are made with them.

The book's layers have no names; here they have those of the Rust code.
"""

import math

import tensorflow as tf
import tf_keras as keras
from tf_keras.layers import LSTM, Conv2D, Conv2DTranspose, Dense, Flatten, Input, Reshape

FRAME = (64, 64, 3)


def vae(z_dim=32):
    """Page 291: the encoder, to mu and log_var, and the decoder."""
    image = x = Input(FRAME, name="encoder_input")
    for i, filters in enumerate([32, 64, 64, 128]):
        x = Conv2D(filters, 4, strides=2, activation="relu", name=f"encoder_conv_{i}")(x)
    x = Flatten()(x)
    encoder = keras.Model(image, [Dense(z_dim, name="mu")(x), Dense(z_dim, name="log_var")(x)], name="encoder")

    z = Input((z_dim,), name="decoder_input")
    x = Reshape((1, 1, 1024))(Dense(1024, name="decoder_dense")(z))
    layers = [(64, 5, "relu"), (64, 5, "relu"), (32, 6, "relu"), (3, 6, "sigmoid")]
    for i, (filters, kernel, activation) in enumerate(layers):
        x = Conv2DTranspose(filters, kernel, strides=2, activation=activation, name=f"decoder_conv_t_{i}")(x)
    return encoder, keras.Model(z, x, name="decoder")


def sample(mu, log_var, noise):
    return mu + tf.exp(log_var / 2) * noise


def mean_squared_error(x, x_hat):
    """Of each image."""
    return tf.reduce_mean(tf.square(x - x_hat), axis=[1, 2, 3])


def kl_divergence(mu, log_var):
    """Of each image."""
    return -0.5 * tf.reduce_sum(1 + log_var - tf.square(mu) - tf.exp(log_var), axis=1)


def mdn_rnn(z_dim=32, action_dim=3, units=256, mixtures=5, length=None):
    """Page 298: the model that is trained, and the one that also returns the last state."""
    rnn_x = Input((length, z_dim + action_dim + 1), name="rnn_x")
    x, h, c = LSTM(units, return_sequences=True, return_state=True, name="lstm")(rnn_x)
    output = Dense(z_dim * 3 * mixtures + 1, name="mdn")(x)
    return keras.Model(rnn_x, output, name="mdn_rnn"), keras.Model(rnn_x, [output, h, c], name="forward")


def z_loss(next_z, output, mixtures=5):
    """Page 300: -log of the mixtures' density at the next z, the mean over all steps and dimensions."""
    z = tf.reshape(next_z, [-1, 1])
    log_pi, mu, log_sigma = tf.split(tf.reshape(output[..., :-1], [-1, 3 * mixtures]), 3, axis=1)
    log_density = -0.5 * ((z - mu) / tf.exp(log_sigma)) ** 2 - log_sigma - 0.5 * math.log(2 * math.pi)
    return -tf.reduce_mean(tf.reduce_logsumexp(tf.nn.log_softmax(log_pi) + log_density, axis=1))


def reward_loss(next_reward, output):
    """Page 300: binary cross-entropy from logits."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=next_reward, logits=output[..., -1]))
