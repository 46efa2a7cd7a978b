"""Parameters and files out of a request: query, JSON, urlencoded, multipart."""

import json
import re
from email import policy
from email.parser import BytesParser
from urllib.parse import parse_qsl

from sandbox.methods_media import Upload, Uploads
from sandbox.records import Json
from sandbox.refusals import bad

_BOUNDARY = re.compile(r"multipart/form-data", re.IGNORECASE)


def parameters(query: str, content_type: str, body: bytes) -> tuple[Json, Uploads]:
    """Everything a request carries; the body wins over the query."""
    given: Json = dict(parse_qsl(query, keep_blank_values=True))
    if not body:
        return given, {}
    if content_type.startswith("application/json"):
        return given | _from_json(body), {}
    if _BOUNDARY.match(content_type):
        fields, files = _from_multipart(content_type, body)
        return given | fields, files
    return given | dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


def _from_json(body: bytes) -> Json:
    try:
        given = json.loads(body)
    except ValueError:
        raise bad("can't parse JSON in request body") from None
    if not isinstance(given, dict):
        raise bad("request body must be a JSON object")
    return given


def _from_multipart(content_type: str, body: bytes) -> tuple[Json, Uploads]:
    whole = b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    fields: Json = {}
    files: Uploads = {}
    for part in BytesParser(policy=policy.HTTP).parsebytes(whole).iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        filename = part.get_filename()
        if filename is None:
            fields[name] = content.decode()
        else:
            files[name] = Upload(filename, part.get_content_type(), content)
    return fields, files
