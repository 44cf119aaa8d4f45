"""Notebooks as they are committed: the same bytes from the same run on every machine, small, and without a trace of where
they were executed."""

import base64
import hashlib
import io
import math
import os
import re
from pathlib import Path

import nbformat
from PIL import Image, ImageChops, ImageStat

KERNEL = {"display_name": "Rust", "language": "rust", "name": "rust"}
LANGUAGE = {"file_extension": ".rs", "mimetype": "text/rust", "name": "rust", "pygments_lexer": "rust"}

# Bytes that a notebook may have. Tests allow some more, for answers that are written afterwards.
LIMIT = 400_000
PNG = "image/png"
JPEG = "image/jpeg"
# Pixels that an image may be shown wide.
WIDEST = 1000
# Ways to make an image smaller: shares of its width, and numbers of colours or of greys.
# More colours than a drawing has, and the pixels on a side that suffice for a palette of a photograph.
MANY_COLOURS, FEW_PIXELS = 8192, 200
SCALES = [1.0, 0.8, 0.65, 0.52]
COLOURS = [256, 128, 64]
GREYS = [32, 16, 8]
# Of JPEGs, which suit photographs.
QUALITIES = [90, 80, 70, 55]

# Lines of output that a reader should not have to scroll past.
SCROLLS = 40

# What differs from one machine or execution to the next: the seconds of an epoch or a generation, how long training waited, and where a
# mirror of data lies.
VARIABLE = [
    (re.compile(r"(?m)^((?:epoch|iteration|generation) .*?)  \d+\.\d s$"), r"\1"),
    (re.compile(r"(?m)^waited for images: .*\n"), ""),
    (re.compile(r"(?m)^(data: mirror) .*[/\\].*?(, |$)"), r"\1\2"),
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
    """An output without what differs; None if nothing is left of it. Where data came from is said on standard error at its
    first use only."""
    if output.output_type == "stream":
        if output.name == "stderr":
            return None
        for pattern, instead in VARIABLE:
            output.text = pattern.sub(instead, output.text)
        for folder in folders:
            output.text = output.text.replace(folder + "/", "")
        return output if output.text.strip() else None
    if "execution_count" in output:
        output.execution_count = count
    return output


def palette(image, colours):
    """An image's main colours. Each counts by the root of its pixels, so that five red points are not lost on white."""
    if is_photograph(image):
        # Some of its pixels have its colours, and all of them would take minutes.
        few = image.resize([min(side, FEW_PIXELS) for side in image.size], Image.Resampling.NEAREST)
        found = few.quantize(colours, method=Image.Quantize.MEDIANCUT)
    else:
        sample = [colour for count, colour in image.getcolors(MANY_COLOURS) for _ in range(math.isqrt(count))]
        strip = Image.new("RGB", (len(sample), 1))
        strip.putdata(sample)
        found = strip.quantize(colours, kmeans=1)
    # Paper stays white.
    values = found.getpalette()
    main = [values[i : i + 3] for i in range(0, len(values), 3)]
    found.putpalette([value for colour in main for value in ([255] * 3 if min(colour) > 245 else colour)])
    return found


def is_photograph(image):
    """Whether an image has more colours than a drawing."""
    return image.getcolors(MANY_COLOURS) is None


def versions(png):
    """Smaller versions of a PNG that are not both larger and worse than another: (bytes, error, type, content), the largest
    first. A drawing is smaller as a PNG of few colours, a photograph as a JPEG.

    The error is the mean squared difference of all values, seen at the size at which the notebook shows the image.
    """
    original = Image.open(io.BytesIO(png)).convert("RGB")
    if original.width > WIDEST:
        original = original.resize((WIDEST, round(original.height * WIDEST / original.width)), Image.Resampling.LANCZOS)
    found = []
    red, green, blue = original.split()
    differences = [ImageChops.difference(red, green), ImageChops.difference(green, blue)]
    grey = all(difference.getextrema()[1] < 12 for difference in differences)
    for scale in SCALES:
        size = tuple(max(1, round(side * scale)) for side in original.size)
        scaled = original.resize(size, Image.Resampling.LANCZOS) if scale < 1 else original
        for kind, content in as_files(scaled, grey):
            seen = Image.open(io.BytesIO(content)).convert("RGB").resize(original.size, Image.Resampling.BICUBIC)
            squares = ImageStat.Stat(ImageChops.difference(original, seen)).sum2
            found.append((len(content), sum(squares) / original.width / original.height, kind, content))
    found.sort(key=lambda version: version[:2])
    front = []
    for version in found:
        if not front or version[1] < front[-1][1]:
            front.append(version)
    return front[::-1]


def as_files(image, grey):
    """An image as files of several sizes: (type, content)."""
    for colours in GREYS if grey else COLOURS:
        file = io.BytesIO()
        main = image.quantize(palette=palette(image, colours), dither=Image.Dither.NONE)
        main.save(file, "PNG", optimize=True)
        yield PNG, file.getvalue()
    for quality in QUALITIES if is_photograph(image) else []:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling="4:4:4" if quality > 70 else "4:2:0")
        yield JPEG, file.getvalue()


def shrink(notebook):
    """Makes the images smaller until the notebook is small enough: each as much as costs least for what it saves. They
    are shown as large as they were."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", []) if PNG in output.get("data", {})]
    choices = [versions(base64.b64decode(output.data[PNG])) for output in shown]
    widths = [min(Image.open(io.BytesIO(base64.b64decode(output.data[PNG]))).width, WIDEST) for output in shown]

    def fits(chosen):
        for output, width, of_it, number in zip(shown, widths, choices, chosen):
            kind, content = of_it[number][2:]
            rest = {key: value for key, value in output.data.items() if key not in (PNG, JPEG)}
            output.data = nbformat.from_dict(rest | {kind: base64.b64encode(content).decode()})
            output.metadata = nbformat.from_dict({kind: {"width": width}})
        return len(text(notebook).encode()) <= LIMIT

    # What an error of one may cost in bytes is the same for all images, and falls.
    for price in [10_000 * 0.9**step for step in range(150)]:
        cost = lambda version: version[0] + price * version[1]
        chosen = [min(range(len(of_it)), key=lambda number: cost(of_it[number])) for of_it in choices]
        if fits(chosen):
            break
    else:
        raise RuntimeError(f"the notebook stays over {LIMIT} bytes, however small its images are made")
    # Where the last step took more than it had to, the worst images get some of it back, a step at a time.
    worst = sorted(range(len(shown)), key=lambda i: -choices[i][chosen[i]][1]) if price < 10_000 else []
    while worst:
        for i in list(worst):
            better = [*chosen[:i], chosen[i] - 1, *chosen[i + 1 :]]
            if chosen[i] > 0 and fits(better):
                chosen = better
            else:
                worst.remove(i)
    fits(chosen)


def text(notebook):
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def write(notebook, path):
    """Writes the notebook beside its place and renames it there."""
    part = Path(path).with_suffix(".part")
    part.write_text(text(notebook))
    os.replace(part, path)
