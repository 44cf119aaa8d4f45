"""Seeds for the readers of arrays and images."""

import struct

from formats import JPEG, WEBP, directory_alone, floats, jpeg_claiming, jpeg_turned, npy, npy_header, png, zipped

HUGE = 2**40


def idx(shape, values):
    return bytes([0, 0, 8, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + values


IDX = {
    "images": idx([2, 2, 2], bytes(range(8))),
    "labels": idx([3], b"\x01\x02\x03"),
    "overflow": idx([2**32 - 1] * 3, b""),
    "overflow_beside_empty": idx([0] + [2**32 - 1] * 3, b""),
    "truncated": idx([2, 2], b"\0")[:9],
    "other_type": b"\0\0\x0d\x01" + struct.pack(">If", 1, 1.0),
}

NUMBERS = npy("<f4", "(2, 3)", floats(1, 2, 3, 4, 5, 6))
OVERFLOW = npy("<f4", f"(0, {HUGE}, {HUGE})", b"")
BRACKETS = npy_header("(" * (0xF8FF - 1))

NPY = {
    "floats": NUMBERS,
    "bytes": npy("|u1", "(2, 3)", bytes(range(6))),
    "booleans": npy("|b1", "(4,)", b"\0\1\1\0"),
    "scalar": npy("<f4", "()", floats(7)),
    "by_columns": NUMBERS.replace(b"False", b"True "),
    "python_2": npy("|u1", "(2L, 3L)", bytes(range(6))),
    "header_of_f8ff": npy_header("{'descr': '<f4', ", claimed=0xF8FF),
    "header_of_4_gb": npy_header("{'descr': '<f4', ", claimed=0xFFFFFFFF, version=2),
    "brackets": npy_header("(" * 2000),
    "overflow": npy("<f4", f"({HUGE}, {HUGE})", b""),
    "overflow_beside_empty": OVERFLOW,
    "no_boolean": npy("|b1", "(1,)", b"\2"),
}

NPZ = {
    "two_arrays": zipped([("x.npy", NUMBERS), ("y.npy", NPY["bytes"])]),
    "stored": zipped([("x.npy", NUMBERS)], stored=True),
    "77_bytes": directory_alone("train.npy"),
    "empty": zipped([]),
    "header_of_f8ff": zipped([("x.npy", BRACKETS)]),
    "overflow_beside_empty": zipped([("x.npy", OVERFLOW)]),
    "a_million_zeros": zipped([("x.npy", bytes(1_000_000))]),
    "truncated": zipped([("x.npy", NUMBERS)])[:-30],
}

QUICKDRAW = {
    "drawings": npy("|u1", "(2, 784)", bytes(2 * 784)),
    "other_rows": npy("|u1", "(3, 784)", bytes(2 * 784)),
    "overflow": npy("|u1", f"({2**63}, 784)", b""),
    "header_of_f8ff": NPY["header_of_f8ff"],
}

CIFAR10 = {
    "record": bytes([9]) + bytes(3072),
    "other_class": bytes([10]) + bytes(3072),
}


def episode(frames=1, actions="(1, 3)"):
    arrays = [
        ("obs.npy", npy("|u1", f"({frames}, 64, 64, 3)", bytes(64 * 64 * 3))),
        ("action.npy", npy("<f4", actions, floats(0, 1, 0))),
        ("reward.npy", npy("<f4", "(1,)", floats(-0.1))),
        ("done.npy", npy("|b1", "(1,)", b"\0")),
    ]
    return zipped(arrays)


EPISODE = {
    "one_frame": episode(),
    "other_lengths": episode(frames=2),
    "other_actions": episode(actions="(3, 1)"),
    "overflow_beside_empty": zipped([("obs.npy", OVERFLOW), ("action.npy", NUMBERS)]),
    "77_bytes": directory_alone("train.npy"),
}

IMAGE_ENDS = {
    "jpeg": JPEG,
    "jpeg_without_end": JPEG[:-2],
    "jpeg_cut": JPEG[:-20],
    "jpeg_claims_16000_x_16000": jpeg_claiming(16000, 16000),
    "jpeg_segment_of_0": b"\xff\xd8\xff\xe0\0\0\xff\xda\0\2",
    "png": png(2, 2, b"\0\1\2\0\3\4"),
    "png_cut": png(2, 2, b"\0\1\2\0\3\4")[:-6],
    "png_chunk_of_4_gb": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
    "page": b"<!DOCTYPE html>",
}

IMAGES = {
    **IMAGE_ENDS,
    "jpeg_on_its_side": jpeg_turned(6),
    "pgm": b"P5\n2 1\n255\n\7\x08",
    "pgm_claims_8193_x_8192": b"P5\n8193 8192\n255\n\7",
    "gif": b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
    "gif_without_a_pixel": b"GIF89a\0\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;",
    "webp": WEBP,
    "bmp": b"BM" + struct.pack("<IHHIIiiHHIIiiII", 58, 0, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + b"\1\2\3\0",
    "png_claims_30000_x_30000": png(30000, 30000, b"\0\1\2"),
}

SEEDS = {
    "idx": IDX,
    "npy": NPY,
    "npz": NPZ,
    "quickdraw": QUICKDRAW,
    "cifar10": CIFAR10,
    "episode": EPISODE,
    "image_ends": IMAGE_ENDS,
    "images": IMAGES,
}
