"""What a check of notebooks notices, and what tidying leaves: python -m unittest, in the environment `.python/jupyter`."""

import base64
import contextlib
import copy
import io
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import nbformat
from nbformat import v4
from PIL import Image

import kernel
import metadata
import notebooks
import tidy


def png(size, noise=False):
    image = Image.new("RGB", size, "white")
    dice = random.Random(1)
    for x in range(0, size[0], 1 if noise else 10):
        for y in range(size[1]):
            image.putpixel((x, y), tuple(dice.randrange(256) for _ in range(3)) if noise else (255, 0, 0))
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def image(data):
    return v4.new_output("execute_result", data={"image/png": data}, execution_count=7)


def notebook(*cells):
    return v4.new_notebook(cells=[v4.new_code_cell(f"cell({i});", outputs=list(outputs)) for i, outputs in enumerate(cells)])


class Checks(unittest.TestCase):
    def test_errors_and_panics_are_noticed(self):
        trouble = lambda *outputs: notebooks.trouble(notebook(outputs).cells[0], {"mnist", "quickdraw"})
        self.assertEqual(trouble(stream("fine\n")), "")
        self.assertEqual(trouble(stream("a\n"), stream("no\n", "stderr")), "no")
        self.assertEqual(trouble(stream("mnist: made digits\nquickdraw/cat: fetched\n", "stderr")), "")
        self.assertEqual(trouble(stream("mnist: made digits\nbad mnist\n", "stderr")), "bad mnist")
        error = v4.new_output("error", ename="Error", evalue="bad", traceback=["bad", "here"])
        self.assertEqual(trouble(error), "bad\nhere")

    def test_missing_figures_and_images_are_noticed(self):
        lines = stream("figure: x/figures/ch03/03_04_loss.png\nfigure: x/figures/ch03/03_04_grid.png\n")
        other = stream("figure: x/figures/ch03/03_03_loss.png\n")
        whole = notebook([other], [lines, image(png((30, 20)))])
        notebooks.check_figures(whole, "03_04", ["loss", "grid"])
        with self.assertRaisesRegex(notebooks.Failed, "shows no strip"):
            notebooks.check_figures(whole, "03_04", ["loss", "strip"])
        with self.assertRaisesRegex(notebooks.Failed, "images of 03_04_loss, 03_04_grid are missing"):
            notebooks.check_figures(notebook([lines]), "03_04", ["loss", "grid"])


class Sessions(unittest.TestCase):
    def test_a_session_takes_over_what_is_compiled_and_changes_none_of_it(self):
        with tempfile.TemporaryDirectory() as folder:
            shared, own = Path(folder) / "shared", Path(folder) / "own"
            for name in ["deps/libtch-1.rlib", "deps/runs-2", "deps/tch-1.d", ".fingerprint/tch-1/lib-tch", "build/tch-1/out"]:
                (shared / name).parent.mkdir(parents=True, exist_ok=True)
                (shared / name).write_text("old")
            kernel.take_over(shared, own)
            self.assertEqual([file.name for file in (own / "deps").iterdir()], ["libtch-1.rlib"])
            self.assertEqual((own / "build/tch-1/out").read_text(), "old")
            note = ".fingerprint/tch-1/lib-tch"
            self.assertEqual((own / note).stat().st_mtime_ns, (shared / note).stat().st_mtime_ns)
            (own / note).write_text("new")
            self.assertEqual((shared / note).read_text(), "old")

    def test_two_kernels_get_two_sessions(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual([kernel.claim(Path(folder)).name for _ in range(2)], ["1", "2"])

    def test_without_locks_only_the_folders_of_kernels_that_run_stay(self):
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        with tempfile.TemporaryDirectory() as folder:
            sessions = Path(folder)
            for name in [f"process-{ended.pid}", f"process-{os.getppid()}", "process-notes"]:
                (sessions / name / "ctx").mkdir(parents=True)
            with mock.patch.object(kernel.fcntl, "flock", side_effect=OSError("no locks")):
                with contextlib.redirect_stderr(io.StringIO()):
                    session = kernel.claim(sessions)
            self.assertEqual(session.name, f"process-{os.getpid()}")
            left = {file.name for file in sessions.glob("process-*")}
            self.assertEqual(left, {session.name, f"process-{os.getppid()}", "process-notes"})


class Tidy(unittest.TestCase):
    def test_what_differs_between_executions_goes(self):
        said = ["run: /x/out/run/vae/0001\n", "epoch   1/2  loss 0.5  12.3 s\n", "data: mirror /a b/c, cifar.tar.gz (lossy)\n", "data: mirror /a/b\n"]
        # A film lasts as long as it has frames.
        said += ["generation  10/60  best_score 66.0000  sigma 0.0949  0.4 s\n", "  film, 6.0 s: /x/out/figures/ch08/08_06_film.gif\n"]
        book = notebook([stream(line) for line in said])
        tidy.tidy(book, "03_04", ["/x/out", "/x"])
        (output,) = book.cells[0].outputs
        kept = ["run: run/vae/0001", "epoch   1/2  loss 0.5", "data: mirror, cifar.tar.gz (lossy)", "data: mirror"]
        kept += ["generation  10/60  best_score 66.0000  sigma 0.0949", "  film, 6.0 s: figures/ch08/08_06_film.gif"]
        self.assertEqual(output.text.splitlines(), kept)
        self.assertEqual((book.cells[0].id, book.cells[0].execution_count), ("03_04-01", 1))

    def test_the_fingerprint_is_that_of_the_code(self):
        book = notebook([], [])
        before = tidy.fingerprint(book)
        book.cells.append(v4.new_markdown_cell("words"))
        self.assertEqual(tidy.fingerprint(book), before)
        book.cells[0].source += " "
        self.assertNotEqual(tidy.fingerprint(book), before)

    def test_answers_stay_as_they_are(self):
        answers = "<details>\n<summary>Answers</summary>\n\nBecause: 0.5 s.\n\n![A loss](answers/03_04.png)\n\n</details>"
        book = notebook([image(png((30, 20)))])
        book.cells += [v4.new_markdown_cell("## Try it\n\n- Why?"), v4.new_markdown_cell(answers)]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "03_04.ipynb"
            kept = []
            for _ in range(2):
                # As `--refresh` does it, but for the execution.
                tidy.tidy(book, "03_04", [folder, "/x"])
                tidy.shrink(book)
                tidy.write(book, path)
                kept.append(path.read_bytes())
                book = nbformat.read(path, as_version=4)
        self.assertEqual((book.cells[-1].source, book.cells[-1].cell_type, book.cells[-1].id), (answers, "markdown", "03_04-03"))
        self.assertEqual(*kept)

    def test_notebooks_become_small_enough_and_images_keep_their_place(self):
        book = notebook([image(png((300, 300), noise=True))], [image(png((300, 300)))])
        tidy.tidy(book, "03_04", [])
        tidy.shrink(book)
        self.assertLessEqual(len(tidy.text(book)), tidy.LIMIT)
        # A photograph becomes a JPEG.
        for cell, kind in zip(book.cells, ["image/jpeg", "image/png"]):
            self.assertEqual(list(cell.outputs[0].data), [kind])
            self.assertEqual(cell.outputs[0].metadata[kind]["width"], 300)
        shown = Image.open(io.BytesIO(base64.b64decode(book.cells[1].outputs[0].data["image/png"]))).convert("RGB")
        self.assertEqual(shown.getpixel((5, 5)), (255, 255, 255))


def answer(members, **packages):
    """What `cargo metadata` says of packages and of what each depends on; those with a capital are the repository's."""
    return {
        "packages": [
            {"id": id, "name": id.lower(), "source": None if id[0].isupper() else "registry"} for id in packages
        ],
        "workspace_members": members,
        "resolve": {
            "nodes": [
                {"id": id, "dependencies": others.split(), "deps": [{"pkg": other} for other in others.split()]}
                for id, others in packages.items()
            ]
        },
    }


class Metadata(unittest.TestCase):
    # A cell that depends on a chapter and, of its own, on dice.
    ALL = answer(
        ["Ctx", "Deps"],
        Ctx="Chapter dice",
        Deps="Chapter Other",
        Chapter="Common tensors",
        Common="images",
        Other="sound",
        tensors="archives",
        images="codecs",
        dice="numbers",
        numbers="",
        archives="",
        codecs="",
        sound="",
    )

    def test_cells_need_what_the_chapters_name_and_all_of_their_own_dependencies(self):
        needed = {"Ctx", "Chapter", "Common", "tensors", "images", "dice", "numbers"}
        self.assertEqual(metadata.needed(self.ALL), needed)
        left = metadata.only(copy.deepcopy(self.ALL), needed)
        self.assertEqual({package["id"] for package in left["packages"]}, needed)
        self.assertEqual(left["workspace_members"], ["Ctx"])
        behind = {node["id"]: node["dependencies"] for node in left["resolve"]["nodes"]}
        self.assertEqual((behind["Common"], behind["images"], behind["dice"]), (["images"], [], ["numbers"]))
        self.assertEqual([node["deps"] for node in left["resolve"]["nodes"] if node["id"] == "tensors"], [[]])

    def test_a_crate_that_a_cell_names_itself_is_whole(self):
        named = copy.deepcopy(self.ALL)
        named["resolve"]["nodes"][0]["deps"].append({"pkg": "tensors"})
        self.assertLessEqual({"tensors", "archives"}, metadata.needed(named))

    def test_other_answers_stay_as_they_are(self):
        self.assertIsNone(metadata.needed(answer(["Std"], Std="libc", libc="")))
        without = self.ALL | {"resolve": None}  # cargo metadata --no-deps
        self.assertIsNone(metadata.needed(without))


if __name__ == "__main__":
    unittest.main()
