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

# Bytes that a notebook may have, and what its pictures may take of them.
LIMIT = 200_000
# Ways to make pictures smaller, the gentlest first: their greatest width, and their colours.
STEPS = [(width, colours) for width in [1000, 900, 800, 700, 640, 560, 500, 440, 400] for colours in [256, 64, 32, 16]]

# Lines of output that a reader should not have to scroll past.
SCROLLS = 40

# What differs from one execution to the next: the seconds of an epoch, and how long training waited.
SECONDS = [(re.compile(r"(?m)^(epoch .*?)  \d+\.\d s$"), r"\1"), (re.compile(r"(?m)^waited for pictures: .*\n"), "")]


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
    """An output without seconds and folders; None if nothing is left of it."""
    if output.output_type == "stream":
        for pattern, instead in SECONDS:
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
    """Makes the pictures as small as the notebook needs, and no smaller."""
    originals = [base64.b64decode(data["image/png"]) for data in pictures(notebook)]
    for width, colours in STEPS:
        for data, png in zip(pictures(notebook), originals):
            data["image/png"] = base64.b64encode(smaller(png, width, colours)).decode()
        if len(text(notebook).encode()) <= LIMIT:
            return
    raise RuntimeError(f"the notebook stays over {LIMIT} bytes, however small its pictures are made")


def text(notebook):
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def write(notebook, path):
    """Writes the notebook beside its place and renames it there."""
    part = Path(path).with_suffix(".part")
    part.write_text(text(notebook))
    os.replace(part, path)
