"""Body encodings of HTTP: gzip, deflate (zlib), zstd (through the system's libzstd) and snappy (block format)."""

import ctypes
import ctypes.util
import gzip
import zlib


def compress(encoding: str, data: bytes) -> bytes:
    """Encodes `data`; `encoding` is gzip, deflate, zstd or snappy."""
    if encoding == "gzip":
        return gzip.compress(data, mtime=0)
    if encoding == "deflate":
        return zlib.compress(data)
    if encoding == "zstd":
        return _zstd_compress(data)
    if encoding == "snappy":
        return _snappy_compress(data)
    raise ValueError(f"unknown encoding {encoding}")


def decompress(encoding: str, data: bytes) -> bytes:
    """Decodes a whole body; raises ValueError where it is corrupt or the encoding is unknown."""
    try:
        if encoding == "gzip":
            return gzip.decompress(data)
        if encoding == "deflate":
            return zlib.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from error
    if encoding == "zstd":
        return _zstd_decompress(data)
    if encoding == "snappy":
        return _snappy_decompress(data)
    raise ValueError(f"unknown encoding {encoding}")


class _InBuffer(ctypes.Structure):
    _fields_ = [("src", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


class _OutBuffer(ctypes.Structure):
    _fields_ = [("dst", ctypes.c_void_p), ("size", ctypes.c_size_t), ("pos", ctypes.c_size_t)]


def _zstd_library() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    for name in ("ZSTD_compressBound", "ZSTD_compress", "ZSTD_isError", "ZSTD_decompressStream"):
        getattr(library, name).restype = ctypes.c_size_t
    library.ZSTD_createDStream.restype = ctypes.c_void_p
    return library


def _zstd_compress(data: bytes) -> bytes:
    library = _zstd_library()
    bound = library.ZSTD_compressBound(ctypes.c_size_t(len(data)))
    out = ctypes.create_string_buffer(bound)
    size = library.ZSTD_compress(out, ctypes.c_size_t(bound), data, ctypes.c_size_t(len(data)), 3)
    return out.raw[:size]


def _zstd_decompress(data: bytes) -> bytes:
    library = _zstd_library()
    stream = ctypes.c_void_p(library.ZSTD_createDStream())
    source = ctypes.create_string_buffer(data, len(data))
    chunk = ctypes.create_string_buffer(1 << 17)
    read = _InBuffer(ctypes.cast(source, ctypes.c_void_p), len(data), 0)
    out = bytearray()
    try:
        while True:
            written = _OutBuffer(ctypes.cast(chunk, ctypes.c_void_p), len(chunk), 0)
            before = read.pos
            code = library.ZSTD_decompressStream(stream, ctypes.byref(written), ctypes.byref(read))
            if library.ZSTD_isError(ctypes.c_size_t(code)):
                raise ValueError("corrupt zstd data")
            out += chunk.raw[:written.pos]
            if read.pos == before and written.pos == 0:
                if code != 0 and read.pos < read.size:
                    raise ValueError("corrupt zstd data")
                return bytes(out)
    finally:
        library.ZSTD_freeDStream(stream)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _snappy_compress(data: bytes) -> bytes:
    """Literals only: valid, and all that a test needs."""
    out = bytearray(_varint(len(data)))
    for start in range(0, len(data), 60):
        piece = data[start:start + 60]
        out.append(len(piece) - 1 << 2)
        out += piece
    return bytes(out)


def _snappy_decompress(data: bytes) -> bytes:
    length, shift, position = 0, 0, 0
    try:
        while True:
            byte = data[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        out = bytearray()
        while position < len(data):
            tag = data[position]
            position += 1
            if tag & 3 == 0:
                position = _snappy_literal(data, position, tag, out)
            else:
                position = _snappy_copy(data, position, tag, out)
    except IndexError as error:
        raise ValueError("truncated snappy data") from error
    if len(out) != length:
        raise ValueError("corrupt snappy data")
    return bytes(out)


def _snappy_literal(data: bytes, position: int, tag: int, out: bytearray) -> int:
    size = tag >> 2
    if size >= 60:
        count = size - 59
        size = int.from_bytes(data[position:position + count], "little")
        position += count
    out += data[position:position + size + 1]
    return position + size + 1


def _snappy_copy(data: bytes, position: int, tag: int, out: bytearray) -> int:
    if tag & 3 == 1:
        size, offset, used = (tag >> 2 & 7) + 4, tag >> 5 << 8 | data[position], 1
    else:
        used = 2 if tag & 3 == 2 else 4
        size, offset = (tag >> 2) + 1, int.from_bytes(data[position:position + used], "little")
    if not 0 < offset <= len(out):
        raise ValueError("corrupt snappy data")
    for _ in range(size):
        out.append(out[-offset])
    return position + used
