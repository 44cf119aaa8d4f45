"""Executes notebooks: notebooks.py JOB, where JOB is the JSON that `cargo book notebook --check` and `--refresh` write.

An executed notebook must hold every figure of its experiment, and must not say anything on standard error but where data
came from: evcxr reports errors and panics of a cell there, and goes on. `--refresh` writes it back, with outputs that are
the same on every machine. `--check` executes several at a time.
"""

import json
import os
import re
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Empty

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4

import tidy

FIGURE = "figure: "
# Where executed notebooks go, within the repository.
EXECUTED = ".evcxr/executed"


class Failed(Exception):
    """A notebook does not do what it should."""


class Kernel:
    """A kernel that executes notebooks one after the other, each as if it were the first: to start one takes longer than
    most notebooks do."""

    def __init__(self, folder, options):
        os.environ["GDL_NOTEBOOK_OPTIONS"] = options
        # Only --refresh trains for long, and its cells may take as long as they need.
        self.client = NotebookClient(
            v4.new_notebook(), timeout=None, startup_timeout=600, kernel_name="rust", allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
        )

    def execute(self, path, data):
        """The executed notebook. Stops at the first cell that fails. `data` are the names of data sets."""
        notebook = nbformat.read(path, as_version=4)
        tidy.clear(notebook)
        for index, cell in enumerate(notebook.cells):
            said = self.execute_cell(notebook, index, data)
            if said:
                raise Failed(f"cell {index + 1} fails:\n{indented(cell.source)}\n  says\n{indented(said)}")
        return notebook

    def execute_cell(self, notebook, index, data):
        """Executes a cell; what it says of an error, or nothing."""
        self.client.nb = notebook
        self.client.execute_cell(notebook.cells[index], index)
        return "\n".join(filter(None, [trouble(notebook.cells[index], data), late(self.client, data)]))

    def clear(self):
        """Forgets variables, items and dependencies, and starts a new process for the cells to come."""
        said = self.execute_cell(v4.new_notebook(cells=[v4.new_code_cell(":clear")]), 0, set())
        if said:
            raise Failed(f"the kernel cannot begin anew:\n{indented(said)}")


def without(text, data):
    """Standard error without the lines that tell where data came from: they begin with its name; and without those that
    tell of waiting for another notebook to fetch it."""
    said = [line for line in text.splitlines() if re.split("[/:]", line)[0] not in data]
    return "\n".join(line for line in said if not line.startswith("another process is fetching ")).strip()


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


def group(job, entries, out):
    """Executes a chapter's notebooks in one kernel, tells of each in a line, and returns the names of those that fail. Runs
    and figures go to `out`."""
    failures, rest = [], list(entries)
    Path(out).mkdir(parents=True, exist_ok=True)
    while rest:
        # After a failure, with another kernel.
        kernel = Kernel(Path(rest[0]["path"]).parent, f"{job['options']}\n--out={out}")
        # What the kernel says of itself: that it reads no settings, that a connection ended, or why it could not start.
        with open(f"{out}.log", "a") as log, ExitStack() as running:
            try:
                running.enter_context(kernel.client.setup_kernel(stdout=log, stderr=log))
            except RuntimeError as error:
                # No other would start, either.
                failed(rest[0], with_log(error, out))
                return failures + [Path(entry["path"]).stem for entry in rest]
            while rest:
                fine = one(job, kernel, rest[0], out)
                entry = rest.pop(0)
                if not fine:
                    failures.append(Path(entry["path"]).stem)
                    break
    return failures


def with_log(error, out):
    """An error of the kernel, and what it said of itself."""
    return f"{error}\n{Path(out + '.log').read_text()}"


def failed(entry, said):
    print(f"{Path(entry['path']).stem:<42}FAILED\n{indented(said)}", flush=True)


def one(job, kernel, entry, out):
    root, path, start = Path(job["root"]), Path(entry["path"]), time.time()
    try:
        notebook = kernel.execute(path, set(job["data"]))
        tidy.tidy(notebook, entry["id"], [out, str(root)])
        nbformat.write(notebook, root / EXECUTED / path.name)
        check_figures(notebook, entry["id"], entry["figures"])
        if job["refresh"]:
            tidy.shrink(notebook)
            tidy.write(notebook, path)
        kernel.clear()
    except Failed as error:
        failed(entry, str(error))
    except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
        failed(entry, with_log(error, out))
    else:
        count = len(entry["figures"])
        print(f"{path.stem:<42}{count:>3} figure{'s' if count != 1 else ' '} {time.time() - start:>6.0f} s", flush=True)
        return True
    return False


def main():
    job = json.loads(sys.argv[1])
    executed = Path(job["root"]) / EXECUTED
    executed.mkdir(parents=True, exist_ok=True)
    chapters = {}
    for entry in job["notebooks"]:
        chapters.setdefault(entry["id"][:2], []).append(entry)
    if job["at_once"] > 1:
        # Several share the cores: nobody spins while waiting for others.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
    failures = []
    # Runs and figures go there: they are those of a check, and numbers of runs begin with 1.
    with tempfile.TemporaryDirectory(prefix="notebooks-") as out:
        with ProcessPoolExecutor(min(job["at_once"], len(chapters))) as pool:
            # The longest first.
            longest = sorted(chapters.values(), key=len, reverse=True) if job["at_once"] > 1 else chapters.values()
            results = [pool.submit(group, job, entries, f"{out}/{entries[0]['id'][:2]}") for entries in longest]
            for result in results:
                failures += result.result()
    if failures:
        print(f"error: {', '.join(sorted(failures))}: the reasons stand above", file=sys.stderr)
        return 1
    print(f"As executed: {executed}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
