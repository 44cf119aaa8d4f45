"""Runs cargo for the kernel's rust-analyzer: metadata.py ARGUMENTS. `cargo metadata` is answered without the crates whose types no
cell can name.

rust-analyzer tells the kernel the types of a cell's variables. For that it resolves the names in each crate that cargo lists, which
are those of all chapters and whatever they depend on: half a minute and 2.7 GB at each start. A cell has types of the crates that it
depends on, and of those that the chapters name; what lies behind these takes no part.
"""

import json
import os
import shutil
import subprocess
import sys

# The package that evcxr makes of cells.
CELLS = "ctx"


def needed(metadata):
    """The ids of the packages that cells can have types of: their own dependencies with all that is behind them, but of the
    repository's crates only what these name. None if no cell is among the packages, as in the standard library."""
    packages = {package["id"]: package for package in metadata["packages"]}
    cells = {id for id in metadata["workspace_members"] if packages[id]["name"] == CELLS}
    if not cells or not metadata["resolve"]:
        return None
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    ours = {id for id, package in packages.items() if package["source"] is None}
    whole, named, left = set(), set(), list(cells)
    while left:
        id = left.pop()
        if id in whole:
            continue
        whole.add(id)
        dependencies = {dependency["pkg"] for dependency in nodes[id]["deps"]}
        if id in ours - cells:
            named |= dependencies
            dependencies &= ours
        left += dependencies
    return whole | named


def only(metadata, ids):
    """What cargo would say if there were only these packages."""
    metadata["packages"] = [package for package in metadata["packages"] if package["id"] in ids]
    for members in ["workspace_members", "workspace_default_members"]:
        metadata[members] = [id for id in metadata.get(members, []) if id in ids]
    nodes = [node for node in metadata["resolve"]["nodes"] if node["id"] in ids]
    for node in nodes:
        node["dependencies"] = [id for id in node["dependencies"] if id in ids]
        node["deps"] = [dependency for dependency in node["deps"] if dependency["pkg"] in ids]
    metadata["resolve"]["nodes"] = nodes
    return metadata


def main():
    cargo = shutil.which("cargo") or "cargo"
    arguments = sys.argv[1:]
    if arguments[:1] != ["metadata"]:
        os.execv(cargo, [cargo, *arguments])
    done = subprocess.run([cargo, *arguments], stdout=subprocess.PIPE, check=False)
    answer = done.stdout
    if done.returncode == 0:
        metadata = json.loads(answer)
        ids = needed(metadata)
        if ids is not None:
            answer = json.dumps(only(metadata, ids)).encode()
    sys.stdout.buffer.write(answer)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
