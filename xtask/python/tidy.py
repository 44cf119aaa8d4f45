"""Notebooks as they are committed: the same bytes from the same run on every machine, small, and without a trace of where
they were executed."""

import base64
import hashlib
import io
import os
import re
from pathlib import Path

import nbformat
from PIL import Image

KERNEL = {"display_name": "Rust", "language": "rust", "name": "rust"}
LANGUAGE = {"file_extension": ".rs", "mimetype": "text/rust", "name": "rust", "pygments_lexer": "rust"}

# Bytes that a notebook may have.
LIMIT = 200_000
# Ways to make a picture smaller, the gentlest first: its greatest width, and its colours.
STEPS = [(1000, 256), (1000, 128), (1000, 64), (800, 64), (720, 64), (640, 64), (580, 64), (520, 64), (520, 32)]
STEPS += [(460, 32), (420, 32), (380, 32), (340, 32), (300, 32)]

# Lines of output that a reader should not have to scroll past.
SCROLLS = 40

# What differs from one machine or execution to the next: the seconds of an epoch, how long training waited, and where a
# mirror of data lies.
VARIABLE = [
    (re.compile(r"(?m)^((?:epoch|iteration) .*?)  \d+\.\d s$"), r"\1"),
    (re.compile(r"(?m)^waited for pictures: .*\n"), ""),
    (re.compile(r"(?m)^(data: mirror) .*[/\\].*?, "), r"\1, "),
]


def clear(notebook):
    """Takes all outputs away."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def fingerprint(notebook):
    """A hash of the code, by which a test sees that outputs belong to it."""
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def tidy(notebook, identifier, folders):
    """Canonical metadata, ids and counts; joined outputs; `folders` are taken out of all paths."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {"gdl": {"code": fingerprint(notebook)}, "kernelspec": KERNEL, "language_info": LANGUAGE}
    )
    count = 0
    for index, cell in enumerate(notebook.cells):
        cell.id = f"{identifier}-{index + 1:02}"
        cell.metadata = nbformat.from_dict({})
        # In a box that scrolls: a hundred epochs are a hundred lines.
        if sum(output.get("text", "").count("\n") for output in cell.get("outputs", [])) > SCROLLS:
            cell.metadata["scrolled"] = True
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = [output for output in map(lambda o: plain(o, count, folders), joined(cell.outputs)) if output]


def joined(outputs):
    """Outputs with each stream in one piece: the kernel sends it line by line."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def plain(output, count, folders):
    """An output without what differs; None if nothing is left of it."""
    if output.output_type == "stream":
        for pattern, instead in VARIABLE:
            output.text = pattern.sub(instead, output.text)
        for folder in folders:
            output.text = output.text.replace(folder + "/", "")
        return output if output.text.strip() else None
    if "execution_count" in output:
        output.execution_count = count
    return output


def pictures(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                yield output.data


def smaller(png, width, colours):
    """A PNG at most so many pixels wide with so many colours."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    if picture.width > width:
        height = round(picture.height * width / picture.width)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    picture = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def shrink(notebook):
    """Makes the largest picture smaller, and again the largest, until the notebook is small enough."""
    shown = list(pictures(notebook))
    originals = [base64.b64decode(data["image/png"]) for data in shown]
    steps = [0] * len(shown)

    def make(i):
        shown[i]["image/png"] = base64.b64encode(smaller(originals[i], *STEPS[steps[i]])).decode()

    for i in range(len(shown)):
        make(i)
    while len(text(notebook).encode()) > LIMIT:
        left = [i for i in range(len(shown)) if steps[i] + 1 < len(STEPS)]
        if not left:
            raise RuntimeError(f"the notebook stays over {LIMIT} bytes, however small its pictures are made")
        largest = max(left, key=lambda i: len(shown[i]["image/png"]))
        steps[largest] += 1
        make(largest)


def text(notebook):
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def write(notebook, path):
    """Writes the notebook beside its place and renames it there."""
    part = Path(path).with_suffix(".part")
    part.write_text(text(notebook))
    os.replace(part, path)
