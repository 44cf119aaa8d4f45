"""The batch that `question_answer` is timed on, the same shapes as in the Rust benchmark: 128 questions to 26 documents."""

import numpy as np

DOCUMENTS = 26
QUESTIONS = 128
# The longest of each; lengths go from half of it to all of it.
DOCUMENT_WORDS = 200
ANSWER_WORDS = 6
QUESTION_WORDS = 20


def lengths(n, longest):
    """`n` lengths from half of the longest to the longest, evenly."""
    return longest // 2 + np.arange(n) * (longest - longest // 2) // (n - 1)


def padded(rng, vocabulary, rows, longest):
    """Random words, 0 after them."""
    return np.stack([np.pad(rng.integers(4, vocabulary, n), (0, longest - n)) for n in lengths(rows, longest)])


def random_batch(vocabulary):
    """Documents, the document of each question, labels, masks, the decoder's inputs and outputs."""
    rng = np.random.default_rng(0)
    documents = padded(rng, vocabulary, DOCUMENTS, DOCUMENT_WORDS)
    document_of = np.arange(QUESTIONS) * DOCUMENTS // QUESTIONS
    labels = np.zeros((QUESTIONS, DOCUMENT_WORDS), np.int64)
    masks = np.zeros((QUESTIONS, ANSWER_WORDS, DOCUMENT_WORDS), np.float32)
    for i, n in enumerate(lengths(QUESTIONS, ANSWER_WORDS)):
        first = 7 * i % 80
        labels[i, first : first + n] = 1
        masks[i, np.arange(n), first + np.arange(n)] = 1
    questions = padded(rng, vocabulary, QUESTIONS, QUESTION_WORDS)
    start, end = np.full((QUESTIONS, 1), 2), np.zeros((QUESTIONS, 1), np.int64)
    inputs, outputs = np.hstack([start, questions]), np.hstack([questions, end])
    outputs[np.arange(QUESTIONS), (questions > 0).sum(1)] = 3
    return documents, document_of, labels, masks, inputs, outputs
