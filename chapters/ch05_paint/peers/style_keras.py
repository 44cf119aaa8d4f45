"""Style transfer's loss and gradient in tf.keras, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model style_evaluation --steps 5

One evaluation of pages 188-195: an image of 256 x 256 or 512 x 512 pixels, the book's six layers of VGG19 with random weights.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import tensorflow as tf
from tf_keras import Model
from tf_keras.applications import vgg19

STYLE_LAYERS = [f"block{i}_conv1" for i in range(1, 6)]


def gram_matrix(x):
    features = tf.reshape(x[0], (-1, x.shape[-1]))
    return tf.matmul(features, features, transpose_a=True)


def style_evaluation(side):
    vgg = vgg19.VGG19(weights=None, include_top=False, input_shape=(side, side, 3))
    vgg.trainable = False
    net = Model(vgg.input, [vgg.get_layer(name).output for name in [*STYLE_LAYERS, "block5_conv2"]])
    random = np.random.RandomState(0)
    image = lambda: tf.constant(random.uniform(-128, 127, (1, side, side, 3)), tf.float32)
    content = net(image())[-1]
    grams = [gram_matrix(maps) for maps in net(image())[:-1]]

    @tf.function
    def evaluate(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            *style, maps = net(x)
            a = tf.square(x[:, :-1, :-1] - x[:, 1:, :-1])
            b = tf.square(x[:, :-1, :-1] - x[:, :-1, 1:])
            loss = tf.reduce_sum(tf.square(maps - content)) + 20 * tf.reduce_sum(tf.pow(a + b, 1.25))
            for gram, features in zip(grams, style):
                off = tf.reduce_sum(tf.square(gram_matrix(features) - gram))
                loss += 100 / 5 * off / (4 * 3**2 * (side * side) ** 2)
        return loss, tape.gradient(loss, x)

    x = image()

    def step():
        loss, gradient = evaluate(x)
        gradient.numpy().astype("float64")
        return loss.numpy()

    return step


PEERS = {
    "style_evaluation": peer.Peer(lambda: style_evaluation(256), 1, warm_up=2),
    "style_evaluation_512": peer.Peer(lambda: style_evaluation(512), 1, warm_up=2),
}
