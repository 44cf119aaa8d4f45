"""Seeds for the readers of weights, checkpoints, vocabularies and what chapter 8 saves."""

import hashlib
import struct

from formats import as_json, floats, safetensors, with_length, zipped

DENSE = {"dense/bias": ("F32", [1], floats(0)), "dense/kernel": ("F32", [2, 1], floats(1, 2))}
HUGE = 2**40

SAFETENSORS = {
    "net": safetensors(DENSE),
    "half": safetensors({"dense/bias": ("F16", [1], b"\0\x3c"), "dense/kernel": ("BF16", [2, 1], b"\x80\x3f\x80\x3f")}),
    "not_aligned": safetensors({"a": ("U8", [1], b"\1"), "b": ("F64", [1], struct.pack("<d", 1))}),
    "scalar": safetensors({"x": ("F32", [], floats(1))}),
    "hundred_axes": safetensors({"x": ("F32", [1] * 100, floats(1))}),
    "claims_100_mb": struct.pack("<Q", 100_000_000) + b"{",
    "claims_16_eb": b"\xff" * 8 + b"{}",
    "overflow": safetensors({"x": ("F32", [HUGE, HUGE], b"")}),
    "overflow_beside_empty": safetensors({"x": ("F32", [0, HUGE, HUGE], b"")}),
    "below_zero_beside_empty": safetensors({"x": ("F32", [0, 2**63], b"")}),
    "other_type": safetensors({"x": ("F8_E4M3", [1], b"\0")}),
    "not_finite": safetensors({**DENSE, "dense/bias": ("F32", [1], floats(float("nan")))}),
    "pytorch": zipped([("archive/data.pkl", b"\x80\2}.")]),
    "empty": with_length(b"{}"),
}

POSITION = {
    "step": 3, "steps_per_epoch": 3, "sums": [0.0], "samples": 0.0, "seconds": 1.5,
    "metrics": ["loss"], "history": [[1.5, [0.25]]],
}
ADAM = {
    "optimizer/adam/mean": ("F32", [3], floats(0, 0, 0)),
    "optimizer/adam/mean_of_squares": ("F32", [3], floats(0, 0, 0)),
    "optimizer/adam/steps": ("I64", [1], struct.pack("<q", 3)),
    "state/buffer": ("F32", [2], floats(0, 0)),
}


def checkpoint(tensors=None, **changes):
    return safetensors(tensors or {**DENSE, **ADAM}, {"position": as_json({**POSITION, **changes}).decode()})


CHECKPOINT = {
    "whole": checkpoint(),
    "without_optimizer": checkpoint(DENSE),
    "other_metrics": checkpoint(metrics=["loss", "accuracy"]),
    "other_history": checkpoint(history=[[1.5, []], [2.0, [1.0, 2.0]]]),
    "last_step": checkpoint(step=2**64 - 1),
    "samples_before_the_first_step": checkpoint(step=0, samples=2.0, history=[]),
    "no_steps": checkpoint(steps_per_epoch=0),
    "no_position": safetensors({**DENSE, **ADAM}),
    "position_is_text": safetensors(DENSE, {"position": "{"}),
    "claims_100_mb": SAFETENSORS["claims_100_mb"],
}


def series(time=3, **changes):
    def zeros(*shape):
        count = 1
        for size in shape:
            count *= size
        return ("F32", list(shape), bytes(4 * count))

    parts = {"mu": zeros(2, time, 4), "log_var": zeros(2, time, 4)}
    parts.update({"action": zeros(2, time, 3), "reward": zeros(2, time)})
    return safetensors({**parts, **changes})


GPT_CONFIG = {
    "vocab_size": 4, "n_positions": 4, "n_embd": 4, "n_layer": 1, "n_head": 2,
    "layer_norm_epsilon": 1e-5, "resid_pdrop": 0.1,
}


def gpt2(config, embedding=4):
    e = embedding
    shapes = {
        "wte.weight": [4, e], "wpe.weight": [4, e], "ln_f.weight": [e], "ln_f.bias": [e],
        "h.0.ln_1.weight": [e], "h.0.ln_1.bias": [e], "h.0.ln_2.weight": [e], "h.0.ln_2.bias": [e],
        "h.0.attn.c_attn.weight": [e, 3 * e], "h.0.attn.c_attn.bias": [3 * e],
        "h.0.attn.c_proj.weight": [e, e], "h.0.attn.c_proj.bias": [e],
        "h.0.mlp.c_fc.weight": [e, 4 * e], "h.0.mlp.c_fc.bias": [4 * e],
        "h.0.mlp.c_proj.weight": [4 * e, e], "h.0.mlp.c_proj.bias": [e],
    }
    sizes = {name: shape[0] * (shape[1] if len(shape) > 1 else 1) for name, shape in shapes.items()}
    weights = safetensors({name: ("F32", shape, bytes(4 * sizes[name])) for name, shape in shapes.items()})
    text = as_json(config) if config else b""
    return struct.pack("<H", len(text)) + text + weights


GPT2 = {
    "whole": gpt2(GPT_CONFIG),
    "no_config": gpt2(None),
    "no_heads": gpt2({**GPT_CONFIG, "n_head": 0}),
    "no_features": gpt2({**GPT_CONFIG, "n_embd": 0}),
    "many_layers": gpt2({**GPT_CONFIG, "n_layer": 2**63 - 1}),
    "overflow_beside_empty": b"\0\0" + SAFETENSORS["overflow_beside_empty"],
    "claims_100_mb": b"\0\0" + SAFETENSORS["claims_100_mb"],
}

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = [*SPECIAL, "the", "fox", "g", "##r", "##ape", "##s", ":", "."]


def added(number, text):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": number, "content": text, **plain}


def tokenizer(model, **more):
    parts = {"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None, "added_tokens": []}
    return as_json({"version": "1.0", "truncation": None, "padding": None, **parts, **more, "model": model})


WORD_PIECE = {
    "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
    "vocab": {piece: number for number, piece in enumerate(PIECES)},
}
BERT = {
    "normalizer": {
        "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
        "strip_accents": None, "lowercase": True,
    },
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "added_tokens": [added(number, piece) for number, piece in enumerate(SPECIAL)],
}
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BPE = {
    "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
    "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
    "vocab": {piece: n for n, piece in enumerate(["<|endoftext|>", "T", "h", "e", "Ġ", "f", "o", "x", "Th", "The"])},
    "merges": [["T", "h"], ["Th", "e"]],
}

PTH = (
    b"\x80\2ccollections\nOrderedDict\n)R(X\x11\0\0\0features.0.weight"
    b"ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
    b"X\1\0\0\x000X\3\0\0\0cpuK\6tQK\0(K\2K\3t(K\3K\1t\x89ccollections\nOrderedDict\n)RtRu."
)


def pth(pickle):
    content = [("archive/data.pkl", pickle), ("archive/byteorder", b"little"), ("archive/data/0", floats(*range(6)))]
    return zipped([*content, ("archive/version", b"3\n")], stored=True)


SHARDS = {
    "weightsManifest": [
        {
            "paths": ["group1-shard1of1"],
            "weights": [{"name": "block1_conv1/kernel", "shape": [3, 3, 3, 64], "dtype": "float32"}],
        }
    ]
}


def behind_checksum(state):
    return hashlib.sha256(state).digest()[:8] + state


# L-BFGS before its first step: where it starts, five numbers, and nothing else.
START = b"\5" + struct.pack("<5d", *[0.25] * 5) + b"\0"

SEEDS = {
    "safetensors": SAFETENSORS,
    "checkpoint": CHECKPOINT,
    "series": {
        "whole": series(),
        "one_step": series(time=1),
        "other_axes": series(reward=("F32", [6], bytes(24))),
        "overflow_beside_empty": series(mu=("F32", [0, HUGE, HUGE], b"")),
    },
    "gpt2": GPT2,
    "word_pieces": {
        "vocab": "\n".join(PIECES).encode() + b"\n",
        "tokenizer": tokenizer(WORD_PIECE, **BERT),
        "one_number_twice": tokenizer({**WORD_PIECE, "vocab": {piece: 0 for piece in PIECES}}, **BERT),
        "last_number": tokenizer({**WORD_PIECE, "vocab": {p: 2**32 - 1 - i for i, p in enumerate(PIECES)}}, **BERT),
        "none": b"the\nfox\n",
        # The library's reader panics here, too.
        "decoder_without_keys": tokenizer(WORD_PIECE, **BERT).replace(b'"decoder":{"type"', b'"decoder":{\xff'),
    },
    "byte_pairs": {
        "tokenizer": tokenizer(BPE, pre_tokenizer=BYTES, decoder=BYTES, added_tokens=[added(0, "<|endoftext|>")]),
        "missing_merge": tokenizer({**BPE, "merges": [["T", "x"]]}),
        "brace": b"{",
        # The library's reader of decoders panics at a letter that is none.
        "decoder_of_no_letters": tokenizer(BPE, pre_tokenizer=BYTES, decoder=BYTES).replace(
            b'"decoder":{"type":"ByteLevel', b'"decoder":{"type":"\xf6'
        ),
    },
    "vgg_weights": {
        "pytorch": pth(PTH),
        "pytorch_of_3_gb": pth(PTH.replace(b"K\2K\3t(K\3K\1t", b"J\0\0\0\x0fK\3t(K\0K\1t")),
        "tensorflow_js": as_json(SHARDS),
        "shard_elsewhere": as_json(SHARDS).replace(b"group1-shard1of1", b"../../etc/passwd"),
        "keras": safetensors({"block1_conv1/kernel": ("F32", [1, 1, 3, 2], floats(*range(6)))}),
        "claims_100_mb": SAFETENSORS["claims_100_mb"],
    },
    # Only basin itself can write a state: these are refused.
    "evolution": {
        "checksum_of_nothing": behind_checksum(b""),
        "checksum_of_zeros": behind_checksum(bytes(64)),
        # basin panics when it is asked for the mean of a population without members.
        "no_members": behind_checksum(
            bytes.fromhex("0000000000000000809800002900000000000000b8") + bytes(28)
            + bytes.fromhex("feffffe800000000000000000000000000000100000000000005000000000000000000")
        ),
        "too_short": b"\0" * 7,
    },
    "style_state": {
        "start": behind_checksum(START),
        "not_finite": behind_checksum(START.replace(struct.pack("<d", 0.25), struct.pack("<d", float("nan")), 1)),
        "other_length": behind_checksum(b"\4" + START[1:-9] + b"\0"),
        "earlier_version": START,
        "claims_many_values": behind_checksum(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        "checksum_of_nothing": behind_checksum(b""),
        "checksum_of_zeros": behind_checksum(bytes(64)),
        "too_short": b"\0" * 7,
    },
    "trace": {
        "one_step": b"CRTRACE1" + struct.pack("<QIII", 7, 2, 300, 1) + b"\xc0\x40\0" + bytes(8)
        + struct.pack("<II", 1, 0) + bytes(85) + struct.pack("<I", 0),
        "many_steps": b"CRTRACE1" + struct.pack("<QIII", 7, 2, 300, 2**32 - 1),
        "many_states": b"CRTRACE1" + struct.pack("<QIII", 7, 0, 0, 0) + bytes(4) + struct.pack("<I", 2**32 - 1),
    },
}
