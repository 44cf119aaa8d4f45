"""Chapter 2's models in plain PyTorch, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install torch==2.11.0 numpy
    python torch_peer.py --model cnn --steps 50

Eager mode, default memory layout and threads: what a PyTorch user gets who writes the book's model down.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn

BATCH = 32
WARM_UP = 10


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


def bench(name, steps, device):
    """Milliseconds of each training step, with loss and accuracy."""
    torch.manual_seed(0)
    make, parameters = MODELS[name]
    model = make().to(device)
    assert sum(parameter.numel() for parameter in model.parameters()) == parameters
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-4)
    x = torch.rand(BATCH, 3, 32, 32, device=device)
    y = torch.randint(10, (BATCH,), device=device)

    ms = []
    for step in range(WARM_UP + steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        scores = model(x)
        loss = nn.functional.cross_entropy(scores, y)
        loss.backward()
        optimizer.step()
        accuracy = (scores.detach().argmax(dim=1) == y).float().mean()
        values = loss.item(), accuracy.item()
        if step >= WARM_UP:
            ms.append(1000 * (time.perf_counter() - start))
    print(f"torch {torch.__version__} on {device}: {name}, loss {values[0]:.4f}", file=sys.stderr)
    return ms


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=MODELS, default="mlp")
    parser.add_argument("--steps", type=int, default=50, help="timed steps, after 10 to warm up")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 or mps")
    parser.add_argument("--list", action="store_true", help="print the models' names and stop")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(MODELS))
        return
    ms = bench(arguments.model, arguments.steps, arguments.device)
    print(json.dumps({"model": arguments.model, "batch": BATCH, "ms": [round(value, 3) for value in ms]}))


if __name__ == "__main__":
    main()
