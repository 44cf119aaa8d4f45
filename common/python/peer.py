"""What the peers of `cargo book bench` share: their command line, the clock, and the line of JSON that they answer.

A chapter's `peers/torch_peer.py` and `peers/keras_peer.py` build the book's models, import this file from its place in
the repository, and end with `peer.run_torch` or `peer.run_keras`. The clock runs in one place for all, and the file
itself needs nothing but Python: frameworks are imported only by who uses them.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Peer:
    """A model to time.

    `make` builds it, on the device that it gets if the framework has a choice, and returns its training step: a
    function without arguments that ends by reading the loss, so that a GPU's work counts too.
    """

    make: Callable[..., Callable[[], float]]
    batch: int
    # Steps before the clock runs.
    warm_up: int = 10


def use_keras_2():
    """Before anything imports TensorFlow: its Keras shall be the one of the book's time, and say less."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def descend(optimizer, loss):
    """A step of PyTorch's."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def parameters(module):
    """How many numbers of a PyTorch module train."""
    return sum(parameter.numel() for parameter in module.parameters())


def milliseconds(step, warm_up, steps):
    """Times of `steps` training steps after `warm_up` others, and the last loss."""
    ms = []
    for i in range(warm_up + steps):
        start = time.perf_counter()
        loss = step()
        if i >= warm_up:
            ms.append(1000 * (time.perf_counter() - start))
    return ms, loss


def run(description, framework, peers, devices=False):
    """Answers `--list` or times one model of `peers`, a dictionary of `Peer` by name.

    `framework` names it with its version, `devices` says whether there is a choice of them.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    names = list(peers)
    parser.add_argument("--model", choices=names, default=names[0])
    parser.add_argument("--steps", type=int, default=50, help="timed steps, after a few to warm up")
    if devices:
        parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 or mps")
    parser.add_argument("--list", action="store_true", help="print the models' names and stop")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(names))
        return
    if arguments.steps < 1:
        parser.error("--steps must be 1 or more")

    peer = peers[arguments.model]
    step = peer.make(arguments.device) if devices else peer.make()
    ms, loss = milliseconds(step, peer.warm_up, arguments.steps)
    where = f" on {arguments.device}" if devices else ""
    print(f"{framework}{where}: {arguments.model}, loss {loss:.4f}", file=sys.stderr)
    print(json.dumps({"model": arguments.model, "batch": peer.batch, "ms": [round(value, 3) for value in ms]}))


def run_keras(description, peers):
    """`run` for tf.keras, where the machine decides on the device."""
    import tensorflow
    import tf_keras

    run(description, f"tf.keras {tf_keras.__version__}, TensorFlow {tensorflow.__version__}", peers)


def run_torch(description, peers):
    """`run` for PyTorch."""
    import torch

    run(description, f"torch {torch.__version__}", peers, devices=True)
