#!/usr/bin/env python3
"""Writes the seeds: for each target a folder of small files, good ones and those that have broken readers before.

    python3 fuzz/seeds/make_seeds.py

A folder is emptied first; the files are the same each time. Crashes that are found and fixed belong here, too.
"""

import shutil
from pathlib import Path

import of_archives
import of_arrays
import of_music
import of_nets
import of_texts

# Of all files together, in bytes: they lie in the repository.
MOST = 300_000


def main():
    here = Path(__file__).parent
    total = 0
    for part in (of_archives, of_arrays, of_music, of_nets, of_texts):
        for target, files in part.SEEDS.items():
            assert (here.parent / f"fuzz_targets/{target}.rs").is_file(), f"there is no target {target}"
            shutil.rmtree(here / target, ignore_errors=True)
            (here / target).mkdir()
            for name, content in files.items():
                (here / target / name).write_bytes(content)
                total += len(content)
            print(f"{target}: {len(files)}")
    targets = {path.stem for path in (here.parent / "fuzz_targets").glob("*.rs")}
    missing = sorted(target for target in targets if not (here / target).is_dir())
    assert not missing, f"no seeds for {', '.join(missing)}"
    assert total <= MOST, f"{total} bytes are more than {MOST}"
    print(f"{total} bytes in all")


if __name__ == "__main__":
    main()
