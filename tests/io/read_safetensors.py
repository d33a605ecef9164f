"""Reads a tensor file by the format's description alone, checks its checksums, negates every number and writes it back.

usage: read_safetensors.py INPUT OUTPUT

Prints a line for each tensor and each metadata entry. Uses NumPy and the safetensors package where they are, to see
that they agree; needs neither.
"""

import json
import struct
import sys
import zlib

CODES = {"F32": "f", "F64": "d", "I64": "q", "U64": "Q"}
NAMES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8"}


def crc(data):
    return "crc32:%08x" % zlib.crc32(data)


def number(value):
    return struct.pack("<Q", value)


def text(value):
    data = value.encode()
    return number(len(data)) + data


def header_checksum(metadata, tensors):
    metadata = {key: value for key, value in metadata.items() if key != "checksum.__metadata__"}
    data = number(len(metadata))
    for key in sorted(metadata, key=str.encode):
        data += text(key) + text(metadata[key])
    for name in sorted(tensors, key=str.encode):
        entry = tensors[name]
        data += text(name) + text(entry["dtype"]) + number(len(entry["shape"]))
        data += b"".join(map(number, entry["shape"] + entry["data_offsets"]))
    return crc(data)


def read(path):
    """Metadata, and of each tensor its dtype, shape and numbers."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    assert (8 + length) % 8 == 0, "the data are not aligned"
    tensors = json.loads(content[8 : 8 + length].decode())
    data = content[8 + length :]
    metadata = tensors.pop("__metadata__")
    assert metadata["checksum.__metadata__"] == header_checksum(metadata, tensors), "checksum of the header"
    result = {}
    position = 0
    for name, entry in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == position, "a hole or an overlap"
        position = end
        assert metadata["checksum." + name] == crc(data[begin:end]), "checksum of " + name
        count = 1
        for extent in entry["shape"]:
            count *= extent
        numbers = struct.unpack("<%d%s" % (count, CODES[entry["dtype"]]), data[begin:end])
        result[name] = (entry["dtype"], entry["shape"], numbers)
    assert position == len(data), "bytes after the last tensor"
    return metadata, result


def write(path, metadata, tensors):
    metadata = {key: value for key, value in metadata.items() if not key.startswith("checksum.")}
    header = {}
    data = b""
    for name, (dtype, shape, numbers) in sorted(tensors.items(), key=lambda item: item[1][0] == "F32"):
        piece = struct.pack("<%d%s" % (len(numbers), CODES[dtype]), *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        metadata["checksum." + name] = crc(piece)
        data += piece
    metadata["checksum.__metadata__"] = header_checksum(metadata, header)
    content = json.dumps({"__metadata__": metadata, **header}).encode()
    content += b" " * (-len(content) % 8)
    with open(path, "wb") as file:
        file.write(number(len(content)) + content + data)


def compare_with_packages(path, tensors):
    """What NumPy and safetensors.numpy make of the same file."""
    try:
        import numpy
    except ImportError:
        print("without NumPy")
        return
    for dtype, shape, numbers in tensors.values():
        array = numpy.array(numbers, NAMES[dtype]).reshape(shape)
        assert array.tobytes() == struct.pack("<%d%s" % (len(numbers), CODES[dtype]), *numbers)
    print("agrees with NumPy", numpy.__version__)
    try:
        import safetensors.numpy
    except ImportError:
        print("without safetensors")
        return
    loaded = safetensors.numpy.load_file(path)
    assert set(loaded) == set(tensors)
    for name, (dtype, shape, numbers) in tensors.items():
        assert loaded[name].dtype == NAMES[dtype] and list(loaded[name].shape) == shape
        assert loaded[name].ravel().tolist() == list(numbers)
    print("agrees with safetensors", safetensors.__version__)


def negated(dtype, value):
    return ~value & (2**64 - 1) if dtype == "U64" else -value


def main():
    metadata, tensors = read(sys.argv[1])
    compare_with_packages(sys.argv[1], tensors)
    for key, value in metadata.items():
        print(key, "=", ascii(value))
    for name, (dtype, shape, numbers) in tensors.items():
        print(name, dtype, shape, *numbers)
    changed = {
        name: (dtype, shape, [negated(dtype, value) for value in numbers])
        for name, (dtype, shape, numbers) in tensors.items()
    }
    write(sys.argv[2], {**metadata, "writer": "Python"}, changed)
    compare_with_packages(sys.argv[2], changed)


if __name__ == "__main__":
    main()
