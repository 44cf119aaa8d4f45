"""Drives a controller of 08_05 in Gymnasium's own CarRacing: the same tracks by their seeds, the same rules, other images.

    pip install "gymnasium[box2d]==1.4.0" numpy
    python chapters/ch08_play/peers/evaluate_in_gymnasium.py

drives with the pretrained nets of `chapters/ch08_play/pretrained`. With your own, trained on Gymnasium's environment:

    cargo book 08_01 --set environment=gymnasium
    for id in 08_02 08_03 08_04 08_05; do cargo book $id; done
    python chapters/ch08_play/peers/evaluate_in_gymnasium.py VAE RNN CONTROLLER --episodes 100

VAE, RNN and CONTROLLER are the run folders of 08_02, 08_04 and 08_05. Prints the score of each episode, their mean and
standard deviation, and for own runs those of the run's `scores.json`, too.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
from gymnasium.envs.box2d import car_racing


PRETRAINED = Path(__file__).parent.parent / "pretrained"


def weights(path):
    """The arrays of a file of weights, in Keras' names and layouts."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    arrays = {}
    for name, about in header.items():
        first, last = about["data_offsets"]
        kind = {"F16": np.float16, "F32": np.float32}[about["dtype"]]
        values = np.frombuffer(data[8 + length + first : 8 + length + last], kind)
        arrays[name] = values.astype(np.float32).reshape(about["shape"])
    return arrays


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Driver:
    """V, M and C, one frame at a time."""

    def __init__(self, vae, rnn, controller, seed):
        self.vae, self.rnn, self.controller = vae, rnn, controller
        self.random = np.random.default_rng(seed)
        units = rnn["lstm/recurrent_kernel"].shape[0]
        self.h, self.c, self.reward = np.zeros(units, np.float32), np.zeros(units, np.float32), 0.0

    def see(self, image):
        """A sample of the normal distribution that V makes of an image, [64, 64, 3]."""
        x = image.astype(np.float32) / 255
        for i in range(4):
            kernel, bias = self.vae[f"encoder_conv_{i}/kernel"], self.vae[f"encoder_conv_{i}/bias"]
            patches = np.lib.stride_tricks.sliding_window_view(x, (4, 4), (0, 1))[::2, ::2]  # [y, x, channels, 4, 4]
            patches = patches.transpose(0, 1, 3, 4, 2).reshape(*patches.shape[:2], -1)
            x = np.maximum(patches @ kernel.reshape(-1, kernel.shape[-1]) + bias, 0)
        x = x.reshape(-1)
        mu, log_var = (x @ self.vae[f"{name}/kernel"] + self.vae[f"{name}/bias"] for name in ("mu", "log_var"))
        return mu + np.exp(log_var / 2) * self.random.standard_normal(mu.shape, np.float32)

    def act(self, image):
        z = self.see(image)
        t = np.tanh(np.concatenate([z, self.h]) @ self.controller["action/kernel"] + self.controller["action/bias"])
        action = np.array([t[0], (t[1] + 1) / 2, (t[2] + 1) / 2], np.float32)
        x = np.concatenate([z, action, [self.reward]]).astype(np.float32)
        gates = x @ self.rnn["lstm/kernel"] + self.h @ self.rnn["lstm/recurrent_kernel"] + self.rnn["lstm/bias"]
        i, f, g, o = np.split(gates, 4)
        self.c = sigmoid(f) * self.c + sigmoid(i) * np.tanh(g)
        self.h = sigmoid(o) * np.tanh(self.c)
        return action


def episode(nets, seed, steps):
    env = car_racing.CarRacing()
    image, _ = env.reset(seed=seed)
    driver, score = Driver(*nets, seed), 0.0
    for _ in range(steps):
        image, reward, terminated, _, _ = env.step(driver.act(image))
        driver.reward = float(reward > 0)
        score += reward
        if terminated:
            break
    env.close()
    return score


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help="VAE, RNN and CONTROLLER; none: the pretrained nets")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    if len(options.runs) not in (0, 3):
        parser.error("give three run folders, VAE, RNN and CONTROLLER, or none")
    # The nets see 64 x 64.
    car_racing.STATE_W = car_racing.STATE_H = 64
    names = ("vae", "mdn_rnn", "controller")
    files = [PRETRAINED / f"{name}.safetensors" for name in names]
    if options.runs:
        files = [Path(run) / "weights/weights.safetensors" for run in options.runs]
    nets = [weights(file) for file in files]
    scores = []
    for seed in range(options.episodes):
        scores.append(episode(nets, seed, options.steps))
        print(f"track {seed}: {scores[-1]:.1f}", flush=True)
    print(f"Gymnasium: {np.mean(scores):.0f} ± {np.std(scores):.0f} over {len(scores)} episodes")
    ours = Path(options.runs[2]) / "scores.json" if options.runs else None
    if ours and ours.exists():
        ours = json.loads(ours.read_text())[-1]["scores"][: options.episodes]
        print(f"here:      {np.mean(ours):.0f} ± {np.std(ours):.0f} over {len(ours)} episodes")


if __name__ == "__main__":
    main()
