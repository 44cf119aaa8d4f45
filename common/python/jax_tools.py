"""What the JAX peers of `cargo book bench` share: the chapters' definitions in Keras 3, and training steps in JAX's style.

Importing this file makes JAX the backend of Keras.
"""

import contextlib
import os
import sys
from types import SimpleNamespace

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
from keras import ops

# The same numbers each time. Keras looks here, once, whether there is TensorFlow: not in the names below.
keras.utils.set_random_seed(0)


@contextlib.contextmanager
def keras_3_for_keras_2():
    """Within it, a chapter's `keras_models.py` and `keras_peer.py` can be imported without tf.keras: nets, losses and
    batches are written down once.

    The names `tf_keras` and `tensorflow` stand for Keras 3 and, as far as the chapters' definitions need TensorFlow, for its
    operations. After the block they are gone.
    """
    keras_2 = vars(keras) | {
        "backend": SimpleNamespace(batch_dot=ops.matmul, floatx=keras.config.floatx, sum=ops.sum),
        "optimizers": SimpleNamespace(**vars(keras.optimizers) | {"legacy": keras.optimizers}),
    }
    tensorflow = SimpleNamespace(
        exp=ops.exp,
        math=SimpleNamespace(reduce_std=ops.std),
        pad=lambda x, borders, mode: ops.pad(x, borders, mode.lower()),
        reduce_mean=ops.mean,
        reduce_sum=ops.sum,
        square=ops.square,
    )
    modules = {
        "tf_keras": SimpleNamespace(**keras_2),
        "tf_keras.applications": keras.applications,
        "tf_keras.layers": keras.layers,
        "tensorflow": tensorflow,
    }
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


def predictor(model):
    """A jitted function of the model's weights, its other variables, and an input, to what it predicts."""

    def predict(weights, rest, x):
        return model.stateless_call(weights, rest, x, training=False)[0]

    return jax.jit(predict)


def wgan_gp_losses(scores, real, fakes, alpha, weight):
    """WGAN-GP's loss for a critic, a function that gives the `scores` of images, and its parts: real images, fakes, and the
    penalty for the gradient between them, without its weight."""
    between = alpha * real + (1 - alpha) * fakes
    gradients = jax.grad(lambda images: scores(images).sum())(between)
    norms = jnp.sqrt(jnp.square(gradients).sum(axis=tuple(range(1, gradients.ndim))))
    parts = [-scores(real).mean(), scores(fakes).mean(), jnp.square(1 - norms).mean()]
    return parts[0] + parts[1] + weight * parts[2], parts


class Trained:
    """Models of Keras that one optimizer trains, in jitted steps that are functions of the state.

    `loss_of(weights, rest, *data)` returns the loss, and a pair: the new `rest`, and what else is to be read. `weights` and
    `rest` are the variables of all models in a row: those that learn, and the others (moving averages, the state of
    dropout's random numbers).
    """

    def __init__(self, optimizer, loss_of, *models):
        learning = [variable for model in models for variable in model.trainable_variables]
        others = [variable for model in models for variable in model.non_trainable_variables]
        optimizer.build(learning)
        self.weights, self.rest, self._optimizer = (
            [variable.value for variable in variables] for variables in (learning, others, optimizer.variables)
        )

        def step(weights, rest, of_optimizer, data):
            gradient_of = jax.value_and_grad(loss_of, has_aux=True)
            (loss, (rest, more)), gradients = gradient_of(weights, rest, *data)
            weights, of_optimizer = optimizer.stateless_apply(of_optimizer, gradients, weights)
            return (loss, more), weights, rest, of_optimizer

        # The old state's memory serves the new one.
        self._step = jax.jit(step, donate_argnums=(0, 1, 2))

    def step(self, *data):
        """One step; reads the loss and what else `loss_of` returns, and returns the loss."""
        read, self.weights, self.rest, self._optimizer = self._step(self.weights, self.rest, self._optimizer, data)
        return jax.device_get(read)[0]
