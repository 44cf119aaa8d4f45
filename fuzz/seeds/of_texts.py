"""Seeds for the readers of texts, tables, questions, maps, manifests and settings."""

from formats import as_json

OUTFITS = b"""topType,hairColor,accessoriesType,clothingType,clothingColor
LongHairStraight,Red,Round,ShirtScoopNeck,White
NoHair,Blonde,Round,ShirtScoopNeck,Blue01
"""
NEWSQA = b"""story_id,story_text,question,answer_token_ranges
a,"the fox , ""hungry"" , ran",who ran ?,"0:2,3:4"
b,one two,why ?,None
c,one two,when ?,1:18446744073709551615
"""

CELEBA = b"2\n5_o_Clock_Shadow Male\n000001.jpg -1  1\n000002.jpg  1 -1\n"

QUESTION = {"id": "1", "question": "Who, then?", "answers": [{"text": "The fox", "answer_start": 0}]}


def squad(**changes):
    paragraph = {"context": "The fox – née Zoë – ran 1,250.5 miles.", "qas": [{**QUESTION, **changes}]}
    return as_json({"version": "1.1", "data": [{"title": "Fox", "paragraphs": [paragraph]}]})


def topology(arcs, rings, **more):
    land = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": rings}]}
    return as_json({"type": "Topology", "objects": {"land": land}, "arcs": arcs, **more})


SQUARE = [[0, 0], [20, 0], [0, 20], [-20, 0], [0, -20]]
GRID = {"transform": {"scale": [1, 1], "translate": [0, 0]}}
NESTED = b'{"type":"Topology","arcs":[],"objects":{"land":'
DEEP = NESTED + b'{"type":"GeometryCollection","geometries":[' * 200

MANIFEST = b"""[[set]]
name = "small"
title = "Small"
licence = "none"
citation = "none"
[[set.file]]
name = "numbers"
bytes = 6
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
[[set.source]]
kind = "official"
title = "a server"
base = "https://example.org/"
[[set.source.archive]]
name = "a.zip"
max_bytes = 1000
members = { "in/numbers" = "numbers" }
"""
FAMILY = b"""[[set]]
name = "drawings/{category}"
categories = ["camel", "hot air balloon"]
title = "Drawings: {category}"
licence = "none"
citation = "none"
[[set.file]]
name = "{category}.npy"
npy = { rows = 1, columns = 784 }
[[set.source]]
kind = "package"
registry = "npm"
package = "drawings"
converter = "quickdraw-js"
members = { "data/{category}.ndjson" = "{category}.npy" }
"""

SEEDS = {
    "csv_tables": {
        "outfits": OUTFITS,
        "newsqa": NEWSQA,
        "history": b"epoch,seconds,loss\n1,0.5,2.25\n2,1.0,NaN\n",
        "history_of_other_lengths": b"epoch,seconds,loss\n1,0.5\n",
        "quote": b'a,b\n"open,1\n',
    },
    "celeba_table": {
        "original": CELEBA,
        "csv": b"image_id,Male,Smiling\r\n000001.jpg,-1,1\r\n000002.jpg,1,0\r\n",
        "pandas": b",Male,Smiling\n000001.jpg,True,False\n",
        "r": b'"image_id";"Male"\n"1";"folder/000001.jpg";"1"\n',
        "utf_16": CELEBA.decode().encode("utf-16"),
        "cut": b"3" + CELEBA[1:],
        "65_attributes": b"image_id," + b",".join(b"a%d" % i for i in range(65)) + b"\n1.jpg" + b",1" * 65,
    },
    "text": {
        "utf_8": "Лиса\r\nZoë 🍇\n".encode(),
        "utf_16": "Лиса\n".encode("utf-16"),
        "utf_16_without_mark": "fox\n".encode("utf-16-le"),
        "latin_1": "déjà vu\n".encode("latin-1"),
        "page": b"<html><body>",
        "zero": b"one\n\0",
    },
    "squad": {
        "answered": squad(),
        "misplaced": squad(answers=[{"text": "fox", "answer_start": 2**64 - 1}]),
        "unanswered": squad(answers=[]),
        "deep": b"[" * 5000,
    },
    "glove": {
        "two_words": b"the" + b" 0.5" * 100 + b"\n, " + b" ".join([b"-1e-3"] * 100) + b"\r\n",
        "infinite": b"the" + b" inf" * 100 + b"\n",
        "few": b"the 1 2\n",
    },
    "land": {
        "square": topology([SQUARE], [[0]], **GRID),
        "reversed": topology([SQUARE], [[-1]], **GRID),
        "absolute": topology([[[0, 0], [20, 0], [20, 20], [0, 0]]], [[0]]),
        "missing_arc": topology([SQUARE], [[9223372036854775807]], **GRID),
        "open": topology([SQUARE[:-1]], [[0]], **GRID),
        "one_arc_a_thousand_times": topology([SQUARE], [[0] * 1000], **GRID),
        "infinite": topology([[[1e308, 0], [1e308, 0]]], [[0]], **GRID),
        "deep": DEEP,
    },
    "manifest": {
        "archive": MANIFEST,
        "family": FAMILY,
        "parent": MANIFEST.replace(b'name = "numbers"', b'name = "../numbers"'),
        "unknown": MANIFEST + b"unknown = 1\n",
    },
    # The first letter names the experiment: see fuzz_targets/settings.rs.
    "settings": {
        "style_transfer": b"0size=64\nweights.content=0.5\nstudy.epochs=2\n",
        "dream": b"1temperatures=[0.5,1.0]\nevolve.population=8\n",
        "train_rnn": b"2rnn.units=16\nbatch_size=4\nvalidation_split=0.25\n",
        "bert": b"3net.vocab_size=200\nsentence=\"a fox\"\n",
        "gpt": b"4net.n_embd=64\nnet.n_head=4\ntranslation.net.heads=0\n",
        "musenet": b"5net.n_positions=9223372036854775807\nbeginning=null\n",
        "sagan": b"6gan.nets.attention_side=8\ngan.nets.generator=[4,4,4]\n",
        "stylegan": b"7gan.channels=[16,16,16]\ngan.first_level=18446744073709551615\n",
        "deep": b"0size=" + b"[" * 200 + b"\n",
        "other_type": b"1epochs=-1\n",
    },
}
