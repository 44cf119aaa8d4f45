"""Chapter 2's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model cnn --steps 50

Eager mode, or torch.compile with `--compile`; default memory layout and threads: what a PyTorch user gets who writes the
book's model down.
"""

import sys
from functools import partial
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import peer

BATCH = 32


def mlp():
    """Pages 63-67."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(3072, 200), nn.ReLU(),
        nn.Linear(200, 150), nn.ReLU(),
        nn.Linear(150, 10),
    )  # fmt: skip


def block(inputs, outputs, stride):
    return [
        nn.Conv2d(inputs, outputs, 3, stride, padding=1),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
        nn.LeakyReLU(0.3),
    ]


def cnn():
    """Page 84."""
    return nn.Sequential(
        *block(3, 32, 1), *block(32, 32, 2), *block(32, 64, 1), *block(64, 64, 2),
        nn.Flatten(),
        nn.Linear(4096, 128), nn.BatchNorm1d(128, eps=1e-3, momentum=0.01), nn.LeakyReLU(0.3), nn.Dropout(0.5),
        nn.Linear(128, 10),
    )  # fmt: skip


MODELS = {"mlp": (mlp, 646_260), "cnn": (cnn, 591_914)}


def training_step(make, parameters, device):
    """The model's training step, with loss and accuracy."""
    torch.manual_seed(0)
    model = peer.module(make(), device)
    assert peer.parameters(model) == parameters
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    x = torch.rand(BATCH, 3, 32, 32, device=device)
    y = torch.randint(10, (BATCH,), device=device)

    def step():
        scores = model(x)
        loss = nn.functional.cross_entropy(scores, y)
        peer.descend(optimizer, loss)
        accuracy = (scores.detach().argmax(dim=1) == y).float().mean()
        accuracy.item()
        return loss.item()

    return step


PEERS = {name: peer.Peer(partial(training_step, *model), BATCH) for name, model in MODELS.items()}


if __name__ == "__main__":
    peer.run_torch(__doc__, PEERS)
