"""Bot API: photos, documents, voice notes, albums and files."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.images import picture_size
from sandbox.places import caption_into, deliver, writable
from sandbox.records import Json, StoredFile
from sandbox.refusals import bad
from sandbox.world import World

MEGABYTE = 1024 * 1024
LIMITS = {"photo": 10 * MEGABYTE, "document": 50 * MEGABYTE, "voice": 50 * MEGABYTE}
DOWNLOAD_LIMIT = 20 * MEGABYTE
_FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    mime_type: str
    content: bytes = field(repr=False)


Uploads = dict[str, Upload]


def send_photo(world: World, p: Json, files: Uploads) -> Json:
    """sendPhoto."""
    return _send(world, p, files, "photo")


def send_document(world: World, p: Json, files: Uploads) -> Json:
    """sendDocument."""
    return _send(world, p, files, "document")


def send_voice(world: World, p: Json, files: Uploads) -> Json:
    """sendVoice."""
    return _send(world, p, files, "voice")


def send_media_group(world: World, p: Json, files: Uploads) -> list[Json]:
    """sendMediaGroup: two to ten photos or documents, one message each."""
    if not 2 <= len(p["media"]) <= 10:
        raise bad("media group must include 2-10 items" if p["media"] else "there is no media in the album")
    contents = [input_media(world, each, files) for each in p["media"]]
    chat = writable(world, p["chat_id"], count=len(contents))
    album = str(world.serial())
    return [deliver(world, chat, {"media_group_id": album, **each}, p).raw for each in contents]


def get_file(world: World, p: Json) -> Json:
    """getFile."""
    file = world.files.get(p["file_id"])
    if file is None:
        raise bad("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return _handle(file) | {"file_path": file.path}


def input_media(world: World, media: Json, files: Uploads) -> Json:
    """The content of a message made from an InputMedia object."""
    kind = media["type"]
    if kind not in {"photo", "document"}:
        raise bad(f"the sandbox does not offer media of type {kind}")
    content = _content(world, kind, media["media"], files)
    caption_into(content, media)
    return content


def _send(world: World, p: Json, files: Uploads, kind: str) -> Json:
    source = p.get(kind) or f"attach://{kind}"
    content = _content(world, kind, source, files)
    caption_into(content, p)
    if kind == "voice" and "duration" in p:
        content["voice"]["duration"] = p["duration"]
    return deliver(world, writable(world, p["chat_id"]), content, p).raw


def _content(world: World, kind: str, source: str, files: Uploads) -> Json:
    file = _stored(world, kind, source, files)
    shown: Any = _handle(file)
    if kind == "photo":
        width, height = picture_size(file.content)
        shown = [shown | {"width": width, "height": height}]
    elif kind == "document":
        shown |= {"file_name": file.name, "mime_type": file.mime_type}
    else:
        shown |= {"duration": 1, "mime_type": file.mime_type}
    return {kind: shown}


def _stored(world: World, kind: str, source: str, files: Uploads) -> StoredFile:
    if source in world.files:
        return world.files[source]
    upload = files.get(source.removeprefix("attach://")) if source.startswith("attach://") else None
    if upload is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > LIMITS[kind]:
        raise bad(f"file is too big: a {kind} may have {LIMITS[kind]} bytes")
    return world.keep_file(_FOLDERS[kind], upload.name, upload.mime_type, upload.content)


def _handle(file: StoredFile) -> Json:
    return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
