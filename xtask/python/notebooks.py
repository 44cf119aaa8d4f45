"""Executes notebooks: notebooks.py JOB, where JOB is the JSON that `cargo book notebook --check` and `--refresh` write.

An executed notebook must hold every figure of its experiment, and must not say anything on standard error but where data
came from: evcxr reports errors and panics of a cell there, and goes on. `--refresh` writes it back, with outputs that are
the same on every machine.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

import tidy

FIGURE = "figure: "


class Failed(Exception):
    """A notebook does not do what it should."""


def execute(path, data):
    """The executed notebook. Stops at the first cell that fails. `data` are the names of data sets."""
    notebook = nbformat.read(path, as_version=4)
    tidy.clear(notebook)
    # Only --refresh trains for long, and its cells may take as long as they need.
    client = NotebookClient(
        notebook, timeout=None, startup_timeout=600, kernel_name="rust", allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    # The kernel has nothing to say there but that it reads no settings.
    with client.setup_kernel(stdout=subprocess.DEVNULL):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
            said = "\n".join(filter(None, [trouble(cell, data), late(client, data)]))
            if said:
                raise Failed(f"cell {index + 1} fails:\n{indented(cell.source)}\n  says\n{indented(said)}")
    return notebook


def without(text, data):
    """Standard error without the lines that tell where data came from: they begin with its name."""
    lines = text.splitlines()
    return "\n".join(line for line in lines if re.split("[/:]", line)[0] not in data).strip()


def trouble(cell, data):
    """What a cell's outputs say of an error, or nothing."""
    said = []
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            said += [*output.traceback] or [output.evalue]
        elif output.output_type == "stream" and output.name == "stderr":
            said.append(without(output.text, data))
    return "\n".join(filter(None, said))


def late(client, data):
    """What the kernel has written to standard error since the cell ended: it says that a cell has ended without waiting for
    that."""
    said = []
    while True:
        try:
            message = run_sync(client.kc.iopub_channel.get_msg)(timeout=0.1)
        except Empty:
            return without("".join(said), data)
        if message["msg_type"] == "stream" and message["content"]["name"] == "stderr":
            said.append(message["content"]["text"])


def indented(text):
    return "\n".join("    " + line for line in text.splitlines())


def figures(notebook, identifier):
    """The figures whose image a notebook shows, by the names in their files."""
    shown = []
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        lines = "".join(o.text for o in outputs if o.output_type == "stream").splitlines()
        drawn = [Path(line.removeprefix(FIGURE)).stem for line in lines if line.startswith(FIGURE)]
        # Where another experiment is trained first, its figures go to the gallery only.
        drawn = [name for name in drawn if name.startswith(identifier + "_")]
        images = [o for o in outputs if "image/png" in o.get("data", {})]
        if drawn and not images:
            raise Failed(f"the images of {', '.join(drawn)} are missing")
        shown += [name.removeprefix(identifier + "_") for name in drawn]
    return shown


def check_figures(notebook, identifier, expected):
    missing = sorted(set(expected) - set(figures(notebook, identifier)))
    if missing:
        raise Failed(f"it shows no {', '.join(missing)}")


def main():
    job = json.loads(sys.argv[1])
    root = Path(job["root"])
    executed = root / ".evcxr/executed"
    executed.mkdir(parents=True, exist_ok=True)
    failures = []
    with tempfile.TemporaryDirectory(prefix="notebooks-") as out:
        # Runs and figures go there: they are those of a check, and numbers of runs begin with 1.
        os.environ["GDL_NOTEBOOK_OPTIONS"] = f"{job['options']}\n--out={out}"
        for entry in job["notebooks"]:
            path, start = Path(entry["path"]), time.time()
            print(f"{path.stem:<42}", end="", flush=True)
            try:
                notebook = execute(path, set(job["data"]))
                tidy.tidy(notebook, entry["id"], [out, str(root)])
                nbformat.write(notebook, executed / path.name)
                check_figures(notebook, entry["id"], entry["figures"])
                if job["refresh"]:
                    tidy.shrink(notebook)
                    tidy.write(notebook, path)
            except (Failed, CellTimeoutError, DeadKernelError, RuntimeError) as error:
                print("FAILED")
                failures.append(path.stem)
                print(indented(str(error)), flush=True)
            else:
                count = len(entry["figures"])
                print(f"{count:>3} figure{'s' if count != 1 else ' '} {time.time() - start:>6.0f} s", flush=True)
    if failures:
        print(f"error: {', '.join(failures)}: see the messages above", file=sys.stderr)
        return 1
    print(f"As executed: {executed}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
