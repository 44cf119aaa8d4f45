"""Chapter 7's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model lstm_compose --steps 20

Eager mode, or torch.compile with `--compile`, and default threads: what a PyTorch user gets who writes the book's models
down.
"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import musegan_torch
import peer

N_NOTES = 387
N_DURATIONS = 18

torch.manual_seed(0)


class RnnAttention(nn.Module):
    """Page 243."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(N_NOTES, 100)
        self.embedding_1 = nn.Embedding(N_DURATIONS, 100)
        self.lstm = nn.LSTM(200, 256, num_layers=2, batch_first=True)
        self.dense = nn.Linear(256, 1)
        self.pitch = nn.Linear(256, N_NOTES)
        self.duration = nn.Linear(256, N_DURATIONS)

    def forward(self, notes, durations):
        x, _ = self.lstm(torch.cat([self.embedding(notes), self.embedding_1(durations)], -1))
        alpha = torch.tanh(self.dense(x)).squeeze(-1).softmax(-1)
        c = (alpha.unsqueeze(1) @ x).squeeze(1)
        return self.pitch(c), self.duration(c)


def lstm_compose(device):
    """Page 245: 32 windows of 32 notes."""
    model = peer.module(RnnAttention(), device)
    assert peer.parameters(model) == 1_138_122 + 2 * 4 * 256  # PyTorch has a second bias in each LSTM
    optimizer = torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, eps=1e-7)
    sizes = [N_NOTES, N_DURATIONS]
    x = [torch.randint(size, (32, 32), device=device) for size in sizes]
    y = [torch.randint(size, (32,), device=device) for size in sizes]

    def step():
        loss = sum(nn.functional.cross_entropy(logits, target) for logits, target in zip(model(*x), y))
        peer.descend(optimizer, loss)
        return loss.item()

    return step


PEERS = musegan_torch.PEERS | {"lstm_compose": peer.Peer(lstm_compose, 32)}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
