"""Style transfer's loss and gradient in Keras 3 on JAX, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model style_evaluation --steps 5

One evaluation of pages 188-195, jitted: an image of 256 x 256 or 512 x 512 pixels, the book's six layers of VGG19 with
random weights.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax_tools  # chooses the backend of Keras

import jax
import jax.numpy as jnp
import keras
import numpy as np
import peer

with jax_tools.keras_3_for_keras_2():
    from style_keras import STYLE_LAYERS


def gram_matrix(x):
    features = x[0].reshape(-1, x.shape[-1])
    return features.T @ features


def style_evaluation(side):
    vgg = keras.applications.VGG19(weights=None, include_top=False, input_shape=(side, side, 3))
    net = keras.Model(vgg.input, [vgg.get_layer(name).output for name in [*STYLE_LAYERS, "block5_conv2"]])
    assert net.count_params() == 15_304_768, net.count_params()
    weights = [variable.value for variable in net.trainable_variables]
    predict = jax_tools.predictor(net)
    random = np.random.RandomState(0)
    image = lambda: random.uniform(-128, 127, (1, side, side, 3)).astype(np.float32)
    content = predict(weights, [], image())[-1]
    grams = [gram_matrix(maps) for maps in predict(weights, [], image())[:-1]]

    def loss_of(x, weights, content, grams):
        *style, maps = net.stateless_call(weights, [], x)[0]
        a = jnp.square(x[:, :-1, :-1] - x[:, 1:, :-1])
        b = jnp.square(x[:, :-1, :-1] - x[:, :-1, 1:])
        loss = jnp.square(maps - content).sum() + 20 * jnp.power(a + b, 1.25).sum()
        for gram, features in zip(grams, style):
            loss += 100 / 5 * jnp.square(gram_matrix(features) - gram).sum() / (4 * 3**2 * (side * side) ** 2)
        return loss

    evaluate = jax.jit(jax.value_and_grad(loss_of))
    x = image()

    def step():
        loss, gradient = evaluate(x, weights, content, grams)
        np.asarray(gradient).astype("float64")
        return float(loss)

    return step


PEERS = {
    "style_evaluation": peer.Peer(lambda: style_evaluation(256), 1, warm_up=2),
    "style_evaluation_512": peer.Peer(lambda: style_evaluation(512), 1, warm_up=2),
}
