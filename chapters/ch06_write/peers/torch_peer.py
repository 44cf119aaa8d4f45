"""Chapter 6's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model lstm_text --steps 20

Eager mode, or torch.compile with `--compile`, and default threads: what a PyTorch user gets who writes the book's models
down. Class numbers are targets, a document that has several questions is packed once per question as in the book, and
padding is left out of the losses.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer
from qa_batch import random_batch

TOTAL_WORDS = 4169
VOCABULARY = 9984

torch.manual_seed(0)


class TextModel(nn.Module):
    """Page 206."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(TOTAL_WORDS, 100)
        self.lstm = nn.LSTM(100, 256, batch_first=True)
        self.dense = nn.Linear(256, TOTAL_WORDS)

    def forward(self, x):
        sequence, _ = self.lstm(self.embedding(x))
        return self.dense(sequence[:, -1])


def lstm_text(device):
    """Page 212: 32 windows of 20 words."""
    model = peer.module(TextModel(), device)
    assert peer.parameters(model) == 1_853_901 + 4 * 256  # PyTorch has a second bias
    optimizer = torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, eps=1e-7)
    x = torch.randint(1, TOTAL_WORDS, (32, 20), device=device)
    y = torch.randint(1, TOTAL_WORDS, (32,), device=device)

    def step():
        loss = nn.functional.cross_entropy(model(x), y)
        peer.descend(optimizer, loss)
        return loss.item()

    return step


class QuestionAnswer(nn.Module):
    """Page 226."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 100, padding_idx=0)
        self.answer_outputs = nn.GRU(100, 100, batch_first=True, bidirectional=True)
        self.answer_tags = nn.Linear(200, 2)
        self.encoder_cell = nn.GRU(200, 200, batch_first=True)
        self.decoder_cell = nn.GRU(100, 200, batch_first=True)
        self.decoder_projection = nn.Linear(200, VOCABULARY, bias=False)

    def forward(self, documents, lengths, masks, inputs):
        packed = pack_padded_sequence(self.embedding(documents), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.answer_outputs(packed)[0], True, total_length=documents.shape[1])
        _, state = self.encoder_cell(masks @ states)
        decoded, _ = self.decoder_cell(self.embedding(inputs), state)
        return self.answer_tags(states), self.decoder_projection(decoded)


def question_answer(device):
    """Page 229: 128 questions to 26 documents."""
    model = peer.module(QuestionAnswer(), device)
    assert peer.parameters(model) == 3_539_202
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7)
    arrays = [torch.from_numpy(array) for array in random_batch(VOCABULARY)]
    documents, document_of, labels, masks, inputs, outputs = (array.to(device) for array in arrays)
    documents = documents[document_of]
    lengths = (documents > 0).sum(1).cpu()
    labels = labels.where(documents > 0, -100)
    outputs = outputs.where(inputs > 0, -100)

    def step():
        tags, words = model(documents, lengths, masks, inputs)
        loss = nn.functional.cross_entropy(tags.flatten(0, 1), labels.flatten())
        loss = loss + nn.functional.cross_entropy(words.flatten(0, 1), outputs.flatten())
        peer.descend(optimizer, loss)
        return loss.item()

    return step


PEERS = {
    "lstm_text": peer.Peer(lstm_text, 32),
    "question_answer": peer.Peer(question_answer, 128, warm_up=3),
}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
