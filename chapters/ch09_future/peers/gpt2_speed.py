"""GPT-2's generation here beside Hugging Face's `transformers`: tokens a second and memory, on one random file of its size.

    pip install torch==2.11.0 transformers safetensors numpy
    python chapters/ch09_future/peers/gpt2_speed.py /tmp/gpt2 --kind f32

Makes the file if it is missing (124 million parameters, 500 MB in f32), then both write the likeliest tokens after the
same beginning, each in a process of its own, in turns.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def make(folder, kind):
    import torch
    from safetensors.torch import save_file
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    state = GPT2LMHeadModel(GPT2Config()).state_dict()
    to = {"f32": torch.float32, "bf16": torch.bfloat16}[kind]
    names = {name: name.removeprefix("transformer.") for name in state if name != "lm_head.weight"}
    folder.mkdir(parents=True, exist_ok=True)
    save_file({new: state[old].to(to).contiguous().clone() for old, new in names.items()}, folder / "model.safetensors")


def theirs(folder, tokens):
    import torch
    from safetensors.torch import load_file
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.ones(64, 64) @ torch.ones(64, 64)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    state = load_file(folder / "model.safetensors")
    model = GPT2LMHeadModel(GPT2Config()).to(state["wte.weight"].dtype).eval()
    model.transformer.load_state_dict(state)
    begin = torch.arange(16)[None]

    def write(n):
        return model.generate(
            begin, attention_mask=torch.ones_like(begin), do_sample=False, min_new_tokens=n, max_new_tokens=n, pad_token_id=50256
        )

    write(4)
    start = time.perf_counter()
    written = write(tokens)[0, 16:].tolist()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"tokens": written, "seconds": seconds, "peak_kib": peak, "idle_kib": idle}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--theirs", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.theirs:
        return theirs(options.folder, options.tokens)
    folder = options.folder / options.kind
    if not (folder / "model.safetensors").exists():
        make(folder, options.kind)
    size = (folder / "model.safetensors").stat().st_size / 2**20
    subprocess.run(["cargo", "build", "-q", "-p", "ch09", "--example", "gpt2_speed"], cwd=ROOT, check=True)
    ours = ["cargo", "run", "-q", "-p", "ch09", "--example", "gpt2_speed", "--", str(folder.resolve()), str(options.tokens)]
    other = [sys.executable, __file__, str(folder), "--tokens", str(options.tokens), "--theirs"]
    for _ in range(options.rounds):
        results = []
        for name, command in (("here", ours), ("transformers", other)):
            out = subprocess.run(command, cwd=ROOT if name == "here" else None, check=True, capture_output=True, text=True).stdout
            result = json.loads(out.splitlines()[-1])
            results.append(result)
            rate = options.tokens / result["seconds"]
            peak, idle = result["peak_kib"] / 1024, result["idle_kib"] / 1024
            print(f"{name:>12}: {rate:6.1f} tokens a second, {peak:6.0f} MiB (idle {idle:.0f} MiB, file {size:.0f} MiB)", flush=True)
        same = results[0]["tokens"] == results[1]["tokens"]
        print("the same tokens" if same else "other tokens")


if __name__ == "__main__":
    main()
