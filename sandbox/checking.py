"""Parameters against the Bot API's own table: unknown names, wrong types and missing ones are a 400."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.records import Json
from sandbox.refusals import bad

NOT_OFFERED = frozenset(
    [
        "business_connection_id",
        "message_thread_id",
        "direct_messages_topic_id",
        "ephemeral_message_parameters",
        "suggested_post_parameters",
        "inline_message_id",
    ]
)

Wanted = tuple[tuple[str, ...], bool]


@cache
def schema() -> dict[str, Any]:
    """The committed table (see make_schema.py)."""
    table: dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
    return table


@cache
def wanted(part: str, name: str) -> dict[str, Wanted]:
    """Parameter → (types, required) of a method or type."""
    fields = schema()[part][name]
    return {key: (tuple(types.rstrip("!").split("|")), types.endswith("!")) for key, types in fields.items()}


def checked(method: str, given: Json, files: frozenset[str]) -> Json:
    """The parameters with real types; texts that came by form are decoded."""
    table = wanted("methods", method)
    result: Json = {}
    for name, value in given.items():
        if name not in table:
            if name in files:
                continue
            raise bad(f'unknown parameter "{name}" of method {method}')
        if name in NOT_OFFERED:
            raise bad(f'the sandbox does not offer parameter "{name}"')
        result[name] = _decoded(name, value, table[name][0])
    for name, (types, required) in table.items():
        if required and name not in result and not (name in files and "InputFile" in types):
            raise bad(_missing(name))
    return result


def _missing(name: str) -> str:
    known = {"text": "message text is empty", "chat_id": "chat_id is empty"}
    return known.get(name, f'parameter "{name}" is required')


def _decoded(name: str, value: Any, types: tuple[str, ...]) -> Any:
    if isinstance(value, str) and types != ("String",):
        value = _from_form(name, value, types)
    if not any(_fits(value, kind) for kind in types):
        raise bad(f'parameter "{name}" must be {" or ".join(types)}{_why(value, types)}')
    return value


def _from_form(name: str, text: str, types: tuple[str, ...]) -> Any:
    """A form knows only text: numbers, truth values and objects come as JSON."""
    if "Integer" in types and text.lstrip("-").isdigit():
        return int(text)
    if "String" in types or "InputFile" in types:
        return text
    if {"Boolean", "True"} & set(types) and text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    try:
        return json.loads(text)
    except ValueError:
        raise bad(
            f"can't parse {name} JSON object"
            if types[0] not in {"Integer", "Float"}
            else f"can't parse {name}"
        ) from None


def _fits(value: Any, kind: str) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(_fits(each, kind.removeprefix("Array of ")) for each in value)
    match kind:
        case "Integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "String" | "InputFile":
            return isinstance(value, str)
        case "Boolean" | "True":
            return isinstance(value, bool)
    return isinstance(value, dict) and _misfit(value, kind) is None


def _misfit(value: Json, kind: str) -> str | None:
    """What is wrong with an object as this type; nothing when it fits."""
    if kind in schema()["unions"]:
        misfits = [_misfit(value, each) for each in schema()["unions"][kind]]
        return None if None in misfits else misfits[0]
    table = wanted("types", kind)
    for name, inner in value.items():
        if name not in table:
            return f'unknown field "{name}" in {kind}'
        if inner is not None and not any(_fits(inner, each) for each in table[name][0]):
            return f'field "{name}" of {kind} must be {" or ".join(table[name][0])}'
    return next(
        (
            f'field "{name}" of {kind} is missing'
            for name, (_, needed) in table.items()
            if needed and name not in value
        ),
        None,
    )


def _why(value: Any, types: tuple[str, ...]) -> str:
    plain = types[0].rsplit("Array of ", 1)[-1]
    rows = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    known = plain in schema()["types"] or plain in schema()["unions"]
    reasons = [_misfit(each, plain) for each in rows if isinstance(each, dict)] if known else []
    return "".join(f": {reason}" for reason in reasons[:1] if reason)
