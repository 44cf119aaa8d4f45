"""Steps a second with images, on one core: this crate, Gymnasium and EnvPool in turns.

    pip install "gymnasium[box2d]==1.4.0" envpool==1.2.5
    cargo build -p car_racing --example random_driver
    python chapters/ch08_play/car_racing/peers/speed.py target/debug/examples/random_driver

All do the same random actions, each of them held for five steps, and make an image of 96 x 96 in each step.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

STEPS = 1000
ROUNDS = 3


def actions(seed):
    random = np.random.default_rng(seed)
    drawn = np.stack([random.uniform(-1, 1, STEPS // 5), random.uniform(0, 1, STEPS // 5), np.zeros(STEPS // 5)], 1)
    return np.repeat(drawn, 5, 0).astype(np.float32)


def gymnasium_speed(seed):
    import gymnasium

    env = gymnasium.make("CarRacing-v3")
    env.reset(seed=seed)
    start = time.perf_counter()
    for action in actions(seed):
        if any(env.step(action)[2:4]):
            env.reset()
    return STEPS / (time.perf_counter() - start)


def envpool_speed(seed):
    import envpool

    names = [name for name in envpool.list_all_envs() if name.startswith("CarRacing-v")]
    env = envpool.make(max(names), env_type="gymnasium", num_envs=1, num_threads=1, seed=seed)
    env.reset()
    start = time.perf_counter()
    for action in actions(seed):
        env.step(action[None])
    return STEPS / (time.perf_counter() - start)


def our_speed(program):
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run([program, folder], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"96 x 96: (\d+) steps a second with images", printed)[1])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    speeds = {"this crate": [], "Gymnasium": [], "EnvPool": []}
    for seed in range(ROUNDS):
        speeds["this crate"].append(our_speed(sys.argv[1]))
        speeds["Gymnasium"].append(gymnasium_speed(seed))
        speeds["EnvPool"].append(envpool_speed(seed))
    for name, values in speeds.items():
        print(f"{name}: {statistics.median(values):.0f} steps a second ({', '.join(f'{value:.0f}' for value in values)})")


if __name__ == "__main__":
    main()
