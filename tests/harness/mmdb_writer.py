"""Writes small MaxMind databases (format 2.0, 24-bit records, IPv6 tree with IPv4 below ::/96) for tests."""

import ipaddress
import struct


class UInt16(int):
    """What the format wants as an unsigned 16-bit integer."""


class UInt64(int):
    """What the format wants as an unsigned 64-bit integer."""


def _control(kind: int, size: int) -> bytes:
    if size >= 29 + 256:
        raise ValueError("only what tests need")
    low, rest = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return (bytes([kind << 5 | low]) if kind <= 7 else bytes([low, kind - 7])) + rest


def encode(value) -> bytes:
    """One value of the data section."""
    if isinstance(value, dict):
        return _control(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(encode, value))
    if isinstance(value, bool):
        return _control(14, int(value))
    if isinstance(value, int):
        data = value.to_bytes((value.bit_length() + 7) // 8, "big")
        kind = 5 if isinstance(value, UInt16) else 9 if isinstance(value, UInt64) or value >= 2**32 else 6
        return _control(kind, len(data)) + data
    if isinstance(value, float):
        return _control(3, 8) + struct.pack(">d", value)
    data = value.encode()
    return _control(2, len(data)) + data


def write_mmdb(path, kind: str, networks: dict[str, object]) -> None:
    """A database of the type with a record for each network."""
    nodes: list[list] = [[None, None]]
    data, offsets = b"", []
    for text, record in networks.items():
        network = ipaddress.ip_network(text)
        bits, length = int(network.network_address), network.prefixlen + (96 if network.version == 4 else 0)
        offsets.append(len(data))
        data += encode(record)
        node = 0
        for depth in range(length):
            bit = bits >> (127 - depth) & 1
            if depth == length - 1:
                nodes[node][bit] = ("data", len(offsets) - 1)
            else:
                if nodes[node][bit] is None:
                    nodes.append([None, None])
                    nodes[node][bit] = ("node", len(nodes) - 1)
                node = nodes[node][bit][1]

    def pointer(entry) -> bytes:
        if entry is None:
            number = len(nodes)
        else:
            number = entry[1] if entry[0] == "node" else len(nodes) + 16 + offsets[entry[1]]
        return number.to_bytes(3, "big")

    tree = b"".join(pointer(left) + pointer(right) for left, right in nodes)
    metadata = {"node_count": len(nodes), "record_size": UInt16(24), "ip_version": UInt16(6), "database_type": kind,
                "languages": ["en"], "binary_format_major_version": UInt16(2), "binary_format_minor_version": UInt16(0),
                "build_epoch": UInt64(1), "description": {"en": "test"}}
    with open(path, "wb") as file:
        file.write(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(metadata))
