"""Weights of the book's Keras notebooks (`.h5`) to and from the safetensors files of this project.

    pip install h5py safetensors numpy
    python h5_to_safetensors.py weights.h5 weights.safetensors --rename dense_1=decoder_dense
    python h5_to_safetensors.py weights.safetensors weights.h5 --rename decoder_dense=dense_1

Values stay as they are, in Keras' layouts; only the names change, from `encoder_conv_0/encoder_conv_0/kernel:0`
inside the .h5 file to `encoder_conv_0/kernel`. Layers that a notebook leaves without a name are numbered by Keras
(`dense_1`, `batch_normalization_4`); `--rename`, as often as needed, gives them the name they have here, with the
model in front where several have such a layer (`conv2d_11=g_AB/d1`).
Without an output file the tool only lists names and shapes, which shows what there is to rename.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

# The order of a layer's variables in Keras, which matches them by position when it loads a file.
ORDER = ["gamma", "beta", "moving_mean", "moving_variance", "embeddings", "kernel", "recurrent_kernel", "bias"]


def short_name(group, name):
    """`layer/variable` for a name in an .h5 file.

    The layer is the last part but one: parts before it are models around the layer. The cells of recurrent layers
    are left out (`lstm/lstm_cell/kernel:0` is `lstm/kernel`), and a bidirectional layer keeps its side
    (`bidirectional/forward_lstm/kernel:0` is `bidirectional/forward/kernel`).
    """
    parts = [part for part in name.split(":")[0].split("/") if not re.fullmatch(r"(lstm|gru)_cell(_\d+)?", part)]
    if len(parts) == 1:
        return f"{group}/{parts[0]}"
    side = re.match(r"(forward|backward)_", parts[-2])
    if side and len(parts) > 2:
        return f"{parts[-3]}/{side[1]}/{parts[-1]}"
    return f"{parts[-2]}/{parts[-1]}"


def renamed(weights, rename):
    """The same weights with layers renamed by the map `rename`.

    A name may have parts, as `g_AB/d1`: layer `d1` of the model `g_AB`.
    """
    result, unknown = {}, set(rename)
    for name, value in weights.items():
        old = next((layer for layer in rename if name.startswith(f"{layer}/")), None)
        unknown.discard(old)
        key = name if old is None else f"{rename[old]}{name.removeprefix(old)}"
        if key in result:
            raise ValueError(f"two weights are called {key}: rename one of their layers")
        result[key] = value
    if unknown:
        raise ValueError(f"no layer called {', '.join(sorted(unknown))} to rename")
    return result


def read_h5(path):
    """The weights of a file written by `model.save_weights` or `model.save` of Keras 2, by `layer/variable`."""
    weights = {}
    with h5py.File(path) as file:
        root = file.get("model_weights", file)
        if "layer_names" not in root.attrs:
            raise ValueError(f"{path} is not a weights file of Keras 2 (it has no layer names)")
        for group in root.values():
            for name in group.attrs.get("weight_names", []):
                name = name.decode() if isinstance(name, bytes) else name
                key = short_name(group.name.split("/")[-1], name)
                if key in weights:
                    raise ValueError(f"{path} holds {key} twice")
                if name not in group:
                    raise ValueError(f"{path} names {name}, which it does not hold")
                weights[key] = np.asarray(group[name], np.float32)
    return weights


def replace(path, write):
    """Writes beside `path` and renames, so that no half-written file stays."""
    with tempfile.TemporaryDirectory(prefix=".part-", dir=Path(path).parent) as folder:
        temporary = Path(folder) / "weights"
        write(temporary)
        os.replace(temporary, path)


def h5_to_safetensors(source, target, rename=None):
    """Turns a notebook's .h5 file into a safetensors file and returns the weights."""
    weights = renamed(read_h5(source), rename or {})
    replace(target, lambda path: path.write_bytes(save(weights)))
    return weights


def safetensors_to_h5(source, target, rename=None):
    """Turns a safetensors file into an .h5 file and returns the weights.

    Load it part by part: `encoder.load_weights(path, by_name=True)`, `decoder.load_weights(path, by_name=True)`.
    """
    weights = renamed(load_file(source), rename or {})
    layers = {}
    for name in sorted(weights, key=position):
        layers.setdefault(name.split("/")[0], []).append(name)

    def write(path):
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = [layer.encode() for layer in layers]
            file.attrs["backend"] = b"tensorflow"
            file.attrs["keras_version"] = b"2.2.4"
            for layer, names in layers.items():
                group = file.create_group(layer)
                group.attrs["weight_names"] = [f"{name}:0".encode() for name in names]
                for name in names:
                    group.create_dataset(f"{name}:0", data=weights[name])

    replace(target, write)
    return weights


def position(name):
    """Sorts by layer, then forward before backward, then as Keras orders variables."""
    layer, *side, variable = name.split("/")
    if variable not in ORDER:
        raise ValueError(f"{name}: a variable that Keras' layers of the book do not have")
    return layer, side == ["backward"], ORDER.index(variable)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="a .h5 or .safetensors file")
    parser.add_argument("target", type=Path, nargs="?", help="the file to write, of the other kind")
    parser.add_argument("--rename", action="append", default=[], metavar="OLD=NEW", help="rename a layer")
    arguments = parser.parse_args()
    if not all(item.count("=") == 1 for item in arguments.rename):
        parser.error("--rename wants OLD=NEW")
    rename = dict(item.split("=") for item in arguments.rename)
    source, target = arguments.source, arguments.target
    from_safetensors = source.suffix == ".safetensors"
    if target and (target.suffix == ".safetensors") == from_safetensors:
        parser.error("one of the two files must end in .safetensors, the other in .h5")
    try:
        if target is None:
            weights = renamed(load_file(source) if from_safetensors else read_h5(source), rename)
        elif from_safetensors:
            weights = safetensors_to_h5(source, target, rename)
        else:
            weights = h5_to_safetensors(source, target, rename)
    except (OSError, ValueError, SafetensorError) as error:
        sys.exit(f"cannot convert {source}: {error}")
    for name, value in weights.items():
        print(f"{name:40} {value.shape}")


if __name__ == "__main__":
    main()
