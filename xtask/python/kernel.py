"""Starts the Rust kernel: kernel.py HOME CONNECTION_FILE, as the kernelspec of `cargo book notebook` says.

Each kernel that runs at the same time gets a folder of its own below HOME/sessions: a copy of HOME/template around evcxr's
package `ctx`, with a target folder of its own, so that kernels neither overwrite each other's cells nor wait for each other.
What cells depend on is compiled once, in the repository's own target folder; a session takes over what is there.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

# evcxr starts cargo as `mold -run CARGO COMMAND --target HOST --message-format=json` where its linker is said to be mold.
# Its target and its flags would make cargo compile all dependencies once more, so this program of that name leaves them
# out. A cell that depends on one chapter would also have that chapter's dependencies compiled once more, since others ask
# more features of them: built beside the package `deps`, which depends on all chapters, it takes what is there. So does a cell
# with an error, which evcxr gives to `cargo check`: nothing is compiled for checks alone.
MOLD = """#!/bin/sh
export CARGO_HOME="$GDL_CARGO_HOME"
cargo=$2
command=$3
shift 3
if [ -n "$GDL_RUSTFLAGS" ]; then export RUSTFLAGS="$GDL_RUSTFLAGS"; else unset RUSTFLAGS; fi
case $command in
build | check)
    RUSTC_WORKSPACE_WRAPPER="${0%/*}/rustc-cell" exec "$cargo" build --package ctx --package deps --message-format=json
    ;;
*) exec "$cargo" "$command" "$@" ;;
esac
"""

# Cells have to be linked to the shared standard library, and only they: cargo calls this for what is in the workspace.
RUSTC_CELL = """#!/bin/sh
exec "$@" -Cprefer-dynamic
"""

# rust-analyzer, a part of evcxr, looks for cargo in the `bin` of CARGO_HOME first. There it finds this, see `metadata.py`.
CARGO = """#!/bin/sh
export CARGO_HOME="$GDL_CARGO_HOME"
exec '{python}' '{metadata}' "$@"
"""


def claim(sessions):
    """The first session that no kernel uses, locked as long as this process and the kernel it becomes live."""
    number = 1
    while True:
        session = sessions / str(number)
        session.mkdir(parents=True, exist_ok=True)
        lock = os.open(session / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            number += 1
            continue
        except OSError as error:
            # Some file systems have no locks, and some containers forbid them: a folder that no other kernel can have.
            os.close(lock)
            print(f"no locks here ({error}): this kernel gets a folder of its own", file=sys.stderr)
            forget_ended(sessions)
            session = sessions / f"process-{os.getpid()}"
            session.mkdir(parents=True, exist_ok=True)
            return session
        os.set_inheritable(lock, True)
        return session


def forget_ended(sessions):
    """Removes the folders of kernels that had no locks, and have ended."""
    for session in sessions.glob("process-*"):
        process = session.name.removeprefix("process-")
        if process.isdigit() and not is_alive(int(process)):
            shutil.rmtree(session, ignore_errors=True)


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's
    return True


def prepare(home, session):
    """Makes the session's workspace like the template's, with all dependencies compiled."""
    template = home / "template"
    target = Path((home / "target.txt").read_text())
    # What has changed since `cargo book notebook` started. Errors are told where they matter: below the cell.
    build = ["cargo", "build", "--quiet"]
    os.environ.pop("CARGO_BUILD_TARGET", None)  # what is compiled lies in `debug`, also for the cells
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    subprocess.run(build, cwd=template / "deps", env=environment, stderr=subprocess.DEVNULL, check=False)
    for name in ["Cargo.toml", "Cargo.lock", "deps/Cargo.toml", "deps/src/lib.rs", "ctx/Cargo.toml"]:
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template / name, session / name)
    # An old cell could pass for compiled.
    shutil.rmtree(session / "ctx/src", ignore_errors=True)
    shutil.rmtree(session / "ctx/target", ignore_errors=True)
    take_over(target / "debug", session / "ctx/target/debug")


def take_over(shared, own):
    """Fills a folder of cargo's with what was compiled in another. Cargo replaces compiled files, so that links do; it
    writes into its notes about them, which are copied."""
    (own / "deps").mkdir(parents=True)
    for file in os.scandir(shared / "deps"):
        if file.name.startswith("lib") and file.name.endswith((".rlib", ".rmeta", ".so", ".dylib")):
            link(file.path, own / "deps" / file.name)
    shutil.copytree(shared / ".fingerprint", own / ".fingerprint")
    (own / "build").mkdir()
    for folder in os.scandir(shared / "build"):
        (own / "build" / folder.name).symlink_to(folder.path)


def link(file, own):
    try:
        os.link(file, own)
    except OSError:
        shutil.copy2(file, own)


def end_with_parent():
    """On Linux, the kernel ends when the program that started it has ended, in whatever way."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def main():
    end_with_parent()
    home, connection = Path(sys.argv[1]), sys.argv[2]
    session = claim(home / "sessions")
    prepare(home, session)
    tools, cargo_home = session / "tools", session / "cargo"
    cargo = CARGO.format(python=sys.executable, metadata=Path(__file__).with_name("metadata.py"))
    for path, script in [(tools / "mold", MOLD), (tools / "rustc-cell", RUSTC_CELL), (cargo_home / "bin/cargo", cargo)]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
    os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    os.environ["GDL_CARGO_HOME"] = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    os.environ["CARGO_HOME"] = str(cargo_home)
    os.environ["GDL_RUSTFLAGS"] = os.environ.get("RUSTFLAGS", "")
    os.environ["EVCXR_TMPDIR"] = str(session / "ctx")
    kernel = str(home / "bin/evcxr_jupyter")
    os.execv(kernel, [kernel, "--control_file", connection])


if __name__ == "__main__":
    main()
