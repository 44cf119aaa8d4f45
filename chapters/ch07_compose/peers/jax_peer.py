"""Chapter 7's models in Keras 3 on JAX, timed step by step, to stand beside the Rust port in `cargo book bench`.

    pip install jax==0.10.2 keras==3.15.1
    python jax_peer.py --model lstm_compose --steps 20

The models of `keras_peer.py`, with default threads: compiled models and `train_on_batch`, which Keras 3 jits, and for MuseGAN
a jitted step of each net.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "common/python"))
import jax_tools
import musegan_jax
import peer

with jax_tools.keras_3_for_keras_2():
    from keras_peer import PEERS


if __name__ == "__main__":
    peer.run_jax(__doc__, PEERS | musegan_jax.PEERS)
