"""Starts the Rust kernel: kernel.py HOME CONNECTION_FILE, as the kernelspec of `cargo book notebook` says.

Each kernel that runs at the same time gets a folder of its own below HOME/sessions, a copy of HOME/template around evcxr's
package `ctx`: two kernels in one folder would overwrite each other's cells. What they depend on is compiled once for all of
them, in HOME/build, which their folders link to.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path


def claim(sessions):
    """The first session that no kernel uses, locked as long as this process and the kernel it becomes live."""
    number = 1
    while True:
        session = sessions / str(number)
        session.mkdir(parents=True, exist_ok=True)
        lock = os.open(session / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            number += 1
            continue
        os.set_inheritable(lock, True)
        return session


def prepare(home, session):
    """Makes the session's workspace like the template's."""
    template = home / "template"
    for name in ["Cargo.toml", "Cargo.lock", "deps/Cargo.toml", "deps/src/lib.rs", "ctx/Cargo.toml"]:
        (session / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(template / name, session / name)
    # An old cell could pass for compiled.
    shutil.rmtree(session / "ctx/src", ignore_errors=True)
    triple = (home / "target.txt").read_text().strip()
    for place in ["debug", f"{triple}/debug"]:
        shared, own = home / "build" / place, session / "ctx/target" / place
        own.mkdir(parents=True, exist_ok=True)
        # Cells lie in the session's own folder; cargo's lock is shared, since all write to the same folders below.
        for name in ["deps", "build", ".fingerprint", "incremental", ".cargo-lock"]:
            if not (own / name).is_symlink() and (shared / name).exists():
                (own / name).symlink_to(shared / name)


def main():
    home, connection = Path(sys.argv[1]), sys.argv[2]
    session = claim(home / "sessions")
    prepare(home, session)
    os.environ["EVCXR_TMPDIR"] = str(session / "ctx")
    kernel = str(home / "bin/evcxr_jupyter")
    os.execv(kernel, [kernel, "--control_file", connection])


if __name__ == "__main__":
    main()
