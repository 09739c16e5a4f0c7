"""What a run did, in the form in which cases record it."""

import base64
import json
from pathlib import Path

from compare import Context
from compression import decompress
from http_backend import Request
from http_client import parse_response

UNRECORDED_HEADERS = ("connection", "date", "keep-alive")


def payload_of(step: dict, key: str = "data") -> bytes:
    """The bytes that a step sends."""
    for name in (key, "data", "body"):
        if name in step:
            return step[name].encode(errors="surrogateescape")
    return base64.b64decode(step.get("body_base64", ""))


def bytes_record(data: bytes) -> dict:
    """`body` for text, `body_base64` for anything else."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(data).decode()}
    if any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        return {"body_base64": base64.b64encode(data).decode()}
    return {"body": text}


def text_or_base64(data: bytes, binary: bool = False) -> str:
    """The text, or one line `base64:…` where the data is not UTF-8 or the recording is binary too."""
    if not binary:
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
    return "base64:" + base64.b64encode(data).decode() + "\n"


def response_record(answer: bytes) -> dict:
    """The record of a response, from its raw bytes."""
    response = parse_response(answer)
    if response.status == 100:
        return {"status": 100, "headers": {}, "body": canonical_head(response.body)}
    headers = {name: value for name, value in response.headers if name not in UNRECORDED_HEADERS}
    return {"status": response.status, "headers": headers} | bytes_record(response.body)


def canonical_head(answer: bytes) -> str:
    """The response after a 100, as the recording shows it: raw, header names in lower case and sorted."""
    head, _, body = answer.decode(errors="replace").partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    names = sorted(line.partition(":")[0].lower() + ":" + line.partition(":")[2] for line in headers)
    kept = [line for line in names if line.partition(":")[0] not in ("connection", "keep-alive")]
    return "\r\n".join([status, *kept]) + "\r\n\r\n" + body


def request_record(request: Request) -> dict:
    """The record of a received request, its body decompressed."""
    headers = {name.lower(): value for name, value in request.headers if name.lower() not in UNRECORDED_HEADERS}
    record = {"method": request.method, "path": request.target, "headers": dict(sorted(headers.items()))}
    body = request.body
    encoding = headers.get("content-encoding")
    if encoding:
        record["encoded_bytes_magic"] = body[:4].hex()
        try:
            body = decompress(encoding, body)
        except ValueError as error:
            return record | {"undecodable": str(error)}
    return record | bytes_record(body)


def file_record(path: Path, folder: Path) -> str:
    """The record of a collected file, decompressed."""
    data, mark = path.read_bytes(), ""
    try:
        if data[:2] == b"\x1f\x8b":
            data, mark = decompress("gzip", data), "(gunzipped)\n"
        elif data[:4] == b"\x28\xb5\x2f\xfd":
            data, mark = decompress("zstd", data), "(unzstd)\n"
    except ValueError as error:
        mark = f"(undecodable: {error})\n"
    text = text_or_base64(data, any(byte < 32 and byte not in b"\t\r\n" for byte in data))
    return f"=== {path.relative_to(folder)}\n{mark}{text}"


def parse_records(text: bytes) -> list[dict]:
    """The records of an expectation, one JSON line each."""
    return [without_magic(json.loads(line)) for line in text.decode().splitlines() if line.strip()]


def number_connections(records: list[dict]) -> list[dict]:
    """Connections over which nothing came are health checks: they are left out, and the others numbered."""
    kept = [record for record in records
            if "connection" not in record or record.get("body") or record.get("body_base64")]
    numbers = iter(range(1, len(kept) + 1))
    return [record | {"connection": next(numbers)} if "connection" in record else record for record in kept]


def clean_records(records: list[dict], context: Context) -> list[dict]:
    """Records with placeholders for the ports and the folder of this run."""
    return [without_magic(json.loads(context.clean(json.dumps(record, ensure_ascii=False)))) for record in records]


def without_magic(record: dict) -> dict:
    """Keeps of the first bytes on the wire what tells the format, not what depends on the compressor."""
    if "encoded_bytes_magic" in record:
        encoding = record.get("headers", {}).get("content-encoding", "")
        kept = {"gzip": 4, "deflate": 2, "zstd": 8}.get(encoding, 0)
        record["encoded_bytes_magic"] = record["encoded_bytes_magic"][:kept]
    return record
