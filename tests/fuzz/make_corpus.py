"""Writes the first inputs of the fuzz harnesses: make_corpus.py FOLDER"""

import json
import pathlib
import struct
import sys
import zlib


def tensor_file(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def npy(header, data, version=1):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def dictionary(descr, order, shape):
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)


one = struct.pack("<f", 1.5)
numbers = struct.pack("<6d", 1, -2, 0.5, 1e300, 5e-324, 0)
singles = struct.pack("<4f", 1, -2, 0.5, 1e-45)



def tensors(metadata, numbers):
    """A tensor file of the given numbers: name -> (dtype, shape, bytes)."""
    header = {"__metadata__": metadata}
    data = b""
    for name, (dtype, shape, content) in numbers.items():
        header[name] = entry(dtype, shape, len(data), len(data) + len(content))
        data += content
    return tensor_file(header, data)


def checkpoint(epochs, losses):
    parts = ["weights", "first_moment", "second_moment", "average"]
    numbers = {"progress": ("U64", [2], struct.pack("<2Q", 3 * epochs, epochs))}
    numbers["loss"] = ("F64", [len(losses)], struct.pack("<%dd" % len(losses), *losses))
    for part in parts:
        numbers[part + ".w"] = ("F32", [2, 1], struct.pack("<2f", 1.5, -2))
        numbers[part + ".g"] = ("F32", [1, 1], one)
    return tensors({"format": "gdm-checkpoint", "run": "r"}, numbers)


def model(deviation, highest):
    numbers = {}
    for part in ["features", "latents"]:
        for name, value in {"mean": 1, "deviation": deviation, "lowest": -2, "highest": highest}.items():
            numbers[part + "." + name] = ("F64", [1], struct.pack("<d", value))
    numbers["weights.w"] = ("F32", [2, 1], struct.pack("<2f", 1.5, -2))
    numbers["weights.g"] = ("F32", [1, 1], one)
    identity = {"problem": "p", "schedule": "s", "denoiser": "d", "parameterisation": "v", "tokens": "1"}
    return tensors({"format": "gdm-model", "version": "0.1.0", **identity}, numbers)


CORPUS = {
    "checkpoint": {
        "two_epochs": checkpoint(2, [1.5, 0.75]),
        "none": checkpoint(0, []),
        "one_loss_too_few": checkpoint(2, [1.5]),
    },
    "model_file": {
        "sound": model(0.5, 2),
        "no_deviation": model(0, 2),
        "no_range": model(0.5, -3),
    },
    "tensor_file": {
        "empty": tensor_file({}),
        "metadata": tensor_file({"__metadata__": {"format": "gdm-model", "": "\u00e9"}}),
        "one": tensor_file({"w": entry("F32", [1], 0, 4)}, one),
        "scalar": tensor_file({"n": entry("U64", [], 0, 8)}, b"\xff" * 8),
        "checksum": tensor_file(
            {"__metadata__": {"checksum.w": "crc32:%08x" % zlib.crc32(one)}, "w": entry("F32", [1], 0, 4)}, one
        ),
        "types": tensor_file(
            {
                "d": entry("F64", [2, 3], 0, 48),
                "i": entry("I64", [1], 48, 56),
                "e": entry("F32", [0, 3], 56, 56),
                "f": entry("F32", [4], 56, 72),
            },
            numbers + b"\xfe" + b"\xff" * 7 + singles,
        ),
        "spelling": tensor_file(
            b'{ "b" : {"shape" : [ ],\n"data_offsets":[4,8] , "dtype":"F32"},\t"\\u0061\\ud83d\\ude00\\n":'
            b'{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}',
            one + one,
        ),
        "huge": tensor_file({"w": entry("F64", [2**63, 2], 0, 2**64 - 1)}),
        "deep": tensor_file(b'{"w":{"shape":[[[[[[' + b"[" * 64),
    },
    "npy": {
        "double": npy(dictionary("<f8", "False", "(2, 3)"), numbers),
        "single": npy(dictionary("<f4", "False", "(4,)"), singles),
        "fortran": npy(dictionary("<f4", "True", "(1, 2, 2)"), singles),
        "version_2": npy(dictionary("<f8", "True", "(3, 2)"), numbers, 2),
        "short": npy(dictionary("<f8", "False", "(2, 4)"), numbers),
        "huge": npy(dictionary("<f8", "False", "(4294967296, 4294967296)"), b""),
    },
    "csv": {
        "plain": b"\x001,2.5,-3e-7\n4,5,6\n",
        "crlf": b"\x081,2\r\n3,4",
        "named": b"\x02g,p\n1.25,0x1\n",
        "skipped": b"\x01a,b\n 1 ,\t+2\n",
        "semicolon": b"\x801;2\n3;4\n",
        "columns": b"\x061,2\n1,2,3\n",
        "special": b"\x00nan,inf,1e999,1e-999,\n\xef\xbb\xbf",
        "mark": b"\x00\xef\xbb\xbf7\n8\n",
    },
}

for harness, inputs in CORPUS.items():
    folder = pathlib.Path(sys.argv[1]) / harness
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in inputs.items():
        (folder / name).write_bytes(content)
