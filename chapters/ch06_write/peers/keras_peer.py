"""Chapter 6's models in tf.keras 2, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install tensorflow-cpu==2.20.0 tf_keras==2.20.1 numpy
    python keras_peer.py --model lstm_text --steps 20

Default threads. Compiled models and `train_on_batch` (a TensorFlow graph), as the book's code runs: one-hot targets, and
one row per question, documents that have several questions several times.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

peer.use_keras_2()

import numpy as np
import tf_keras as keras
from keras_models import QuestionAnswer, lstm_text
from qa_batch import random_batch

TOTAL_WORDS = 4169
VOCABULARY = 9984

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)


def text():
    """Page 212: 32 windows of 20 words."""
    model = lstm_text(TOTAL_WORDS)
    assert model.count_params() == 1_853_901
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.legacy.RMSprop(1e-3))
    x = rng.integers(1, TOTAL_WORDS, (32, 20))
    y = np.eye(TOTAL_WORDS, dtype=np.float32)[rng.integers(1, TOTAL_WORDS, 32)]
    return lambda: model.train_on_batch(x, y)


def question_answer():
    """Page 229: 128 questions to 26 documents."""
    model = QuestionAnswer(VOCABULARY).total_model
    assert model.count_params() == 3_539_202
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.legacy.Adam(1e-3))
    documents, document_of, labels, masks, inputs, outputs = random_batch(VOCABULARY)
    x, y = [documents[document_of], inputs, masks], [labels[..., None], outputs[..., None]]
    return lambda: model.train_on_batch(x, y)[0]


PEERS = {
    "lstm_text": peer.Peer(text, 32),
    "question_answer": peer.Peer(question_answer, 128, warm_up=3),
}


if __name__ == "__main__":
    peer.run_keras(__doc__, PEERS)
