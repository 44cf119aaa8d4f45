"""Tests of the weight conversion against files that tf.keras itself writes and reads.

pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 h5py safetensors numpy
python -m unittest discover -s common/python
"""

import os
import tempfile
import unittest
from pathlib import Path

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tf_keras as keras
from h5_to_safetensors import h5_to_safetensors, read_h5, safetensors_to_h5
from safetensors.numpy import load_file
from tf_keras import layers


def book_like():
    """Encoder, decoder and both together, as in the book: the decoder is a model inside the model."""
    keras.backend.clear_session()
    image = layers.Input((8, 8, 1))
    x = layers.Conv2D(3, 3, strides=2, padding="same", name="encoder_conv_0")(image)
    x = layers.BatchNormalization()(x)
    encoder = keras.Model(image, layers.Dense(2, name="encoder_output")(layers.Flatten()(x)))
    z = layers.Input((2,))
    x = layers.Reshape((4, 4, 3))(layers.Dense(48)(z))
    x = layers.Conv2DTranspose(1, 3, strides=2, padding="same", name="decoder_conv_t_0")(x)
    decoder = keras.Model(z, x)
    return encoder, decoder, keras.Model(image, decoder(encoder.output))


def shake(model, seed):
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.1, 1, weight.shape) for weight in model.get_weights()])


class Conversion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.h5 = Path(folder.name) / "weights.h5"
        self.safetensors = Path(folder.name) / "weights.safetensors"

    def test_a_model_goes_out_and_comes_back(self):
        _, _, model = book_like()
        shake(model, 1)
        x = np.random.default_rng(2).random((2, 8, 8, 1), dtype=np.float32)
        wanted = model.predict(x, verbose=0)
        rename = {"dense": "decoder_dense", "batch_normalization": "encoder_batch_norm_0"}
        for write in (model.save_weights, model.save):
            write(self.h5)
            h5_to_safetensors(self.h5, self.safetensors, rename)
            weights = load_file(self.safetensors)
            self.assertEqual(len(weights), len(model.weights))
            self.assertEqual(weights["encoder_conv_0/kernel"].shape, (3, 3, 1, 3))
            self.assertEqual(weights["decoder_dense/kernel"].shape, (2, 48))
            self.assertEqual(weights["encoder_batch_norm_0/moving_variance"].shape, (3,))

        self.h5.unlink()
        safetensors_to_h5(self.safetensors, self.h5, {new: old for old, new in rename.items()})
        encoder, decoder, again = book_like()
        shake(again, 3)
        encoder.load_weights(self.h5, by_name=True)
        decoder.load_weights(self.h5, by_name=True)
        np.testing.assert_array_equal(again.predict(x, verbose=0), wanted)

    def test_recurrent_layers_lose_their_cells(self):
        def build():
            return keras.Sequential(
                [
                    layers.Embedding(5, 3, name="embedding", input_length=4),
                    layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both"),
                    layers.LSTM(2, return_sequences=True, name="lstm"),
                    layers.GRU(2, name="gru"),
                ]
            )

        model = build()
        shake(model, 4)
        model.save_weights(self.h5)
        weights = h5_to_safetensors(self.h5, self.safetensors)
        self.assertIn("both/forward/recurrent_kernel", weights)
        self.assertIn("both/backward/bias", weights)
        self.assertEqual(weights["lstm/kernel"].shape, (4, 8))
        self.assertEqual(weights["gru/bias"].shape, (2, 6))

        again = build()
        safetensors_to_h5(self.safetensors, self.h5)
        again.load_weights(self.h5, by_name=True)
        for mine, theirs in zip(again.get_weights(), model.get_weights()):
            np.testing.assert_array_equal(mine, theirs)

    def test_layers_of_several_models_may_get_the_same_name(self):
        _, decoder, _ = book_like()
        decoder.save_weights(self.h5)
        rename = {"dense": "g_AB/d1", "decoder_conv_t_0": "g_BA/d1"}
        names = {"g_AB/d1/kernel", "g_AB/d1/bias", "g_BA/d1/kernel", "g_BA/d1/bias"}
        self.assertEqual(set(h5_to_safetensors(self.h5, self.safetensors, rename)), names)
        back = safetensors_to_h5(self.safetensors, self.h5, {new: old for old, new in rename.items()})
        self.assertEqual(set(back), set(read_h5(self.h5)))
        with self.assertRaisesRegex(ValueError, "g_AB/d2"):
            safetensors_to_h5(self.safetensors, self.h5, {"g_AB/d2": "dense"})

    def test_a_wrong_name_or_file_is_named_and_nothing_is_left_behind(self):
        _, decoder, _ = book_like()
        decoder.save_weights(self.h5)
        with self.assertRaisesRegex(ValueError, "dense_7"):
            h5_to_safetensors(self.h5, self.safetensors, {"dense_7": "decoder_dense"})
        with self.assertRaisesRegex(ValueError, "two weights"):
            h5_to_safetensors(self.h5, self.safetensors, {"dense": "decoder_conv_t_0"})
        self.assertEqual([path.name for path in self.h5.parent.iterdir()], [self.h5.name])
        self.h5.write_bytes(b"no h5")
        with self.assertRaises(OSError):
            read_h5(self.h5)


if __name__ == "__main__":
    unittest.main()
