"""Writers of the formats that the seeds are in: as few bytes as a format allows, and always the same ones."""

import base64
import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib

# A grey JPEG file of 8 x 8 pixels.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI"
    "AQEAAD8AH//Z"
)
# A lossless WebP file of one pixel.
WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")


def jpeg_claiming(width, height):
    """The JPEG file without its end marker, and with another size in its header."""
    frame = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:frame] + struct.pack(">HH", height, width) + JPEG[frame + 4 : -2]


def jpeg_turned(orientation):
    """The JPEG file with an EXIF orientation."""
    directory = b"MM\0\x2a" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + directory
    return JPEG[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + JPEG[2:]


def png(width, height, rows):
    """A grey PNG file with these bytes, each row after its filter's number."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def npy_header(text, claimed=None, version=1):
    """The header of a NumPy file, padded so that the array begins at a multiple of 64 bytes."""
    width = 2 if version == 1 else 4
    body = text.encode()
    body += b" " * (-(8 + width + len(body) + 1) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + (claimed or len(body)).to_bytes(width, "little") + body


def npy(kind, shape, values):
    """A NumPy file; `shape` is the text of a tuple."""
    return npy_header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}") + values


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def zipped(members, stored=False):
    """A zip archive of names, or descriptions as `member` makes them, and contents."""
    archive = io.BytesIO()
    kind = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w", kind) as writer:
        for name, content in members:
            writer.writestr(name if isinstance(name, zipfile.ZipInfo) else member(name, kind), content)
    return archive.getvalue()


def member(name, kind=zipfile.ZIP_DEFLATED, mode=0o100644):
    """A member of a zip archive with a Unix mode: 0o120777 is a link."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = kind
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def directory_alone(name):
    """A zip archive that has the list of its files, and no file: of 77 bytes, if the name has nine letters."""
    whole = zipped([(name, b"")], stored=True)
    listed = whole[whole.index(b"PK\x01\x02") :]
    end = bytearray(listed[-22:])
    end[16:20] = bytes(4)  # where the list begins
    return listed[:-22] + bytes(end)


def tarred(members, form=tarfile.GNU_FORMAT):
    """A tar archive of names, types and contents; the content of a link is its target."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form) as writer:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
                writer.addfile(info, io.BytesIO(content))
            else:
                info.linkname = content.decode()
                writer.addfile(info)
    # Without the zeros that fill the last of its large blocks.
    content = archive.getvalue().rstrip(b"\0")
    return content + bytes(-len(content) % 512 + 1024)


def packed(content):
    return gzip.compress(content, 9, mtime=0)


def safetensors(tensors, metadata=None):
    """Weights: name -> (type, shape, bytes)."""
    header, values = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (kind, shape, content) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(values), len(values) + len(content)]}
        values += content
    return with_length(as_json(header)) + values


def with_length(header):
    return struct.pack("<Q", len(header)) + header


def as_json(value):
    return json.dumps(value, separators=(",", ":")).encode()
