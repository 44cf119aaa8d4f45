"""What the peers of `cargo book bench` share: their command line, the clock, and the line of JSON that they answer.

A chapter's `peers/torch_peer.py`, `peers/keras_peer.py` and `peers/jax_peer.py` build the book's models, import this file
from its place in the repository, and end with `peer.run_torch`, `peer.run_keras` or `peer.run_jax`. The clock runs in one
place for all, and the file itself needs nothing but Python: frameworks are imported only by who uses them.
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


class NotPossible(Exception):
    """The framework cannot train this model; the text says why in one line."""


# Seconds for the steps of a model: on a CPU, XLA has no fast kernels for transposed convolutions.
LONGEST = 120

# Whether PyTorch compiles its modules: `--compile`.
compiles = False


def use_keras_2():
    """Before anything imports TensorFlow: its Keras shall be the one of the book's time, and say less."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def module(net, *where, **order):
    """A PyTorch module where `Module.to` puts it; with `--compile` torch.compile compiles it in its first steps."""
    net = net.to(*where, **order)
    if compiles:
        import torch

        # `net.compile()` would leave a `Sequential` as it is.
        net = torch.compile(net)
    return net


def prepare_compilation():
    """Before torch.compile: a module that it would have to compile too often is an error, not tacitly left as it is, and
    gradients within a module's `forward` are compiled, too."""
    from torch._dynamo import config

    config.recompile_limit = 64
    config.fail_on_recompile_limit_hit = True
    config.trace_autograd_ops = True


def compiled_graphs():
    """How many graphs torch.compile made; none would be PyTorch in eager mode."""
    from torch._dynamo.utils import counters

    count = counters["stats"]["unique_graphs"]
    if count == 0:
        raise RuntimeError("torch.compile compiled nothing")
    return count


def descend(optimizer, loss):
    """A step of PyTorch's."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def parameters(module):
    """How many numbers of a PyTorch module train."""
    return sum(parameter.numel() for parameter in module.parameters())


def milliseconds(step, warm_up, steps):
    """Times of `warm_up` training steps and of `steps` others after them, and the last loss.

    Where this takes longer than `LONGEST`, there are fewer of both, at least one.
    """
    ms = []

    def timed(most):
        first = len(ms)
        while len(ms) - first < most and (len(ms) == first or sum(ms) < 1000 * LONGEST):
            start = time.perf_counter()
            loss = step()
            ms.append(1000 * (time.perf_counter() - start))
        return ms[first:], loss

    before = timed(warm_up)[0] if warm_up else []
    return before, *timed(steps)


def run(description, framework, peers, pytorch=False):
    """Answers `--list` or times one model of `peers`, a dictionary of `Peer` by name.

    `framework` names it with its version. `pytorch` says whether it is PyTorch, which has a choice of devices and can
    compile.
    """
    global compiles
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    names = list(peers)
    parser.add_argument("--model", choices=names, default=names[0])
    parser.add_argument("--steps", type=int, default=50, help="timed steps, after a few to warm up")
    if pytorch:
        parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 or mps")
        parser.add_argument("--compile", action="store_true", help="compile the modules with torch.compile")
    parser.add_argument("--list", action="store_true", help="print the models' names and stop")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(names))
        return
    if arguments.steps < 1:
        parser.error("--steps must be 1 or more")

    compiles = pytorch and arguments.compile
    if compiles:
        prepare_compilation()
    peer = peers[arguments.model]
    try:
        step = peer.make(arguments.device) if pytorch else peer.make()
        warm_up, ms, loss = milliseconds(step, peer.warm_up, arguments.steps)
    except NotPossible as reason:
        print(json.dumps({"model": arguments.model, "not_possible": str(reason)}))
        return
    where = f" on {arguments.device}" if pytorch else ""
    if compiles:
        where += f", {compiled_graphs()} graphs compiled"
    print(f"{framework}{where}: {arguments.model}, loss {loss:.4f}", file=sys.stderr)
    sample = {"model": arguments.model, "batch": peer.batch, "ms": [round(value, 3) for value in ms]}
    if warm_up:
        sample["first_step_s"] = round(warm_up[0] / 1000, 3)
    print(json.dumps(sample))


def run_keras(description, peers):
    """`run` for tf.keras, where the machine decides on the device."""
    import tensorflow
    import tf_keras

    run(description, f"tf.keras {tf_keras.__version__}, TensorFlow {tensorflow.__version__}", peers)


def run_torch(description, peers):
    """`run` for PyTorch."""
    import torch

    run(description, f"torch {torch.__version__}", peers, pytorch=True)


def run_jax(description, peers):
    """`run` for Keras 3 on JAX, where the machine decides on the device."""
    import jax
    import keras

    run(description, f"Keras {keras.__version__}, JAX {jax.__version__}", peers)
