"""Seeds for the readers of music: MIDI, MusicXML, sound fonts, chorales."""

import struct

from formats import directory_alone, npy_header, zipped


def midi(*tracks, form=0, ticks=480):
    body = b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)
    return b"MThd" + struct.pack(">IHHH", 6, form, len(tracks), ticks) + body


NAME, TEMPO = b"\0\xff\3\5Cello", b"\0\xff\x51\3\7\xa1\x20"
METER, KEY = b"\0\xff\x58\4\3\2\x18\x08", b"\0\xff\x59\2\1\0"
NOTE, END = b"\0\x90\x3c\x50\x83\x60\x80\x3c\0", b"\0\xff\x2f\0"
PIECE = midi(NAME + TEMPO + METER + KEY + NOTE + END)

MIDI = {
    "one_track": PIECE,
    "two_tracks": midi(TEMPO + END, b"\0\xc0\x2a" + NOTE + END, form=1),
    "running_status": midi(b"\0\x90\x3c\x50\x60\x40\x50\x60\x3c\0\0\x40\0" + END),
    "overlapping": midi(b"\0\x90\x3c\x50\x10\x3c\x40\x10\x80\x3c\0\x10\x3c\0" + END),
    "cut": PIECE[:-9],
    "cut_in_header": PIECE[:10],
    "cut_in_number": midi(b"\0\x90\x3c\x50\x83"),
    "track_of_4_gb": PIECE.replace(b"MTrk\0\0\0", b"MTrk\xff\xff\xff"),
    "late": midi(b"\xff\xff\xff\x7f\x90\x3c\x50\xff\xff\xff\x7f\x80\x3c\0", ticks=1),
    "a_day_of_64ths": midi(b"\0\xff\x58\4\1\6\x18\x08\0\x90\x3c\x50\x85\x8d\x10\x80\x3c\0", ticks=1),
    "drums": midi(b"\0\x99\x3c\x50\x60\x89\x3c\0" + END),
    "seconds": midi(NOTE + END, ticks=0xE728),
    "no_ticks": midi(NOTE + END, ticks=0),
}


def note(step="C", duration=2, more=""):
    return f"<note>{more}<pitch><step>{step}</step><octave>4</octave></pitch><duration>{duration}</duration></note>"


def score(notes, before='<?xml version="1.0"?><!DOCTYPE score-partwise>', parts=""):
    attributes = (
        "<attributes><divisions>2</divisions><key><fifths>1</fifths></key>"
        "<time><beats>3</beats><beat-type>4</beat-type></time></attributes><sound tempo='96'/>"
    )
    listed = "<part-list><score-part id='P1'><part-name>Piano</part-name></score-part></part-list>"
    measure = f"<measure number='1'>{attributes}{notes}</measure>"
    return f"{before}<score-partwise>{listed}<part id='P1'>{measure}</part>{parts}</score-partwise>".encode()


SCORE = score(note() + note("E", more="<chord/>") + "<backup><duration>2</duration></backup>" + note("G", 1.5))
CONTAINER = b'<container><rootfiles><rootfile full-path="score.xml"/></rootfiles></container>'
LAUGHS = "".join(f'<!ENTITY e{i} "&e{i - 1};&e{i - 1};">' for i in range(1, 20))


def mxl(content):
    return zipped([("META-INF/container.xml", CONTAINER), ("score.xml", content)])


MUSICXML = {
    "score": SCORE,
    "compressed": mxl(SCORE),
    "utf_16": SCORE.decode().encode("utf-16"),
    "cut": SCORE[:-40],
    "timewise": b"<score-timewise/>",
    "deep": b"<score-partwise>" + b"<part>" * 5000,
    "deep_measure": score("<note>" * 3000 + "</note>" * 3000),
    "entities_in_entities": score(note("&e19;"), f'<!DOCTYPE a [<!ENTITY e0 "C">{LAUGHS}]>'),
    "one_entity_many_times": score(note("&e;" * 2000), f'<!DOCTYPE a [<!ENTITY e "{"C" * 5000}">]>'),
    "finest": score("<attributes><divisions>99999.9999</divisions></attributes>" + note(duration="0.0001")),
    "longest": score(note(duration=999999999)),
    "transposed": score("<attributes><transpose><chromatic>32767</chromatic></transpose></attributes>" + note()),
    "many_parts": score(note(), parts="<part/>" * 300),
    "zeros": mxl(bytes(1_000_000)),
    "77_bytes": directory_alone("score.xml"),
}


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def soundfont(end=2):
    header = struct.pack("<20sIIIIIBbHH", b"sample", 0, end, 0, 0, 44100, 60, 0, 0, 1)
    sizes = {b"phdr": 38, b"pbag": 4, b"pmod": 10, b"pgen": 4, b"inst": 22, b"ibag": 4, b"imod": 10, b"igen": 4}
    tables = b"".join(chunk(name, bytes(2 * size)) for name, size in sizes.items()) + chunk(b"shdr", header + bytes(46))
    info = chunk(b"LIST", b"INFO" + chunk(b"ifil", b"\2\0\1\0"))
    samples = chunk(b"LIST", b"sdta" + chunk(b"smpl", bytes(8)))
    return chunk(b"RIFF", b"sfbk" + info + samples + chunk(b"LIST", b"pdta" + tables))


SOUNDFONT = {
    "whole": soundfont(),
    "sample_beyond_end": soundfont(2**32 - 1),
    "cut": soundfont()[:200],
    "list_of_4_gb": soundfont().replace(b"LIST", b"LIST\xff\xff\xff\xff", 1),
}

# A piece of two steps, as NumPy pickles an array of arrays.
NEW_ARRAY = b"K\0\x85U\x01b\x87R(K\x01"
TYPE = b"U\x02%bK\0K\x01\x87R(K\x03U\x01%bNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK%btb"
STEPS = struct.pack("<8e", 72, 64, 60, 48, 72, 65, 60, float("nan"))
PIECES = (
    b"\x80\2cnumpy.core.multiarray\n_reconstruct\nq\1cnumpy\nndarray\nq\2"
    + NEW_ARRAY + b"J\1\0\0\0\x85cnumpy\ndtype\nq\4" + TYPE % (b"O8", b"|", b"?")
    + b"\x89](h\1h\2" + NEW_ARRAY + b"J\2\0\0\0J\4\0\0\0\x86h\4" + TYPE % (b"f2", b"<", b"\0")
    + b"\x89T" + struct.pack("<I", len(STEPS)) + STEPS + b"tbetb."
)

PICKLE = {
    "piece": PIECES,
    "system": b"\x80\2cos\nsystem\nU\2ls\x85R.",
    "nothing_many_times": b"\x80\2" + b"N" * 2000 + b".",
    "marks": b"\x80\2" + b"(" * 2000 + b"t" * 2000 + b".",
    "list_in_itself": b"\x80\2]q\0h\0a.",
    "bytes_of_16_eb": b"\x80\4\x8e" + b"\xff" * 8 + b".",
}


def chorales(pickle):
    array = npy_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + pickle
    return zipped([(f"{name}.npy", array) for name in ("train", "valid", "test")])


SEEDS = {
    "midi": MIDI,
    "musicxml": MUSICXML,
    "soundfont": SOUNDFONT,
    "pickle": PICKLE,
    "jsb_chorales": {
        "piece": chorales(PIECES),
        "a_million_steps": chorales(b"\x80\2" + b"N" * 1_100_000),
        "header_of_f8ff": zipped([("train.npy", npy_header("{'descr': '|O'", claimed=0xF8FF))]),
        "77_bytes": directory_alone("train.npy"),
    },
}
