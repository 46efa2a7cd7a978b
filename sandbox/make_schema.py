"""Make sandbox/schema.json from a Bot API description: `python -m sandbox.make_schema api.json`."""

import json
import sys
from pathlib import Path
from typing import Any

from sandbox.methods import METHODS

SCHEMA = Path(__file__).with_name("schema.json")
_NOT_OFFERED = {"InputRichMessage"}
_ATOMS = {"Integer", "String", "Boolean", "Float", "True", "InputFile"}

Table = dict[str, dict[str, str]]


def make_schema(api: dict[str, Any], methods: list[str]) -> dict[str, Any]:
    """Parameters of the methods and fields of the types they reach: name → types, `!` when required."""
    table: Table = {name: _fields(api["methods"][name]) for name in sorted(methods)}
    types: Table = {}
    unions: dict[str, list[str]] = {}
    queue = _named(table)
    while queue:
        name = queue.pop()
        if name in types or name in unions:
            continue
        kind = api["types"][name]
        if kind.get("subtypes"):
            unions[name] = kind["subtypes"]
            queue.update(kind["subtypes"])
            continue
        types[name] = _fields(kind)
        queue |= _named({name: types[name]})
    return {
        "version": api["version"],
        "methods": table,
        "types": dict(sorted(types.items())),
        "unions": dict(sorted(unions.items())),
    }


def as_text(schema: dict[str, Any]) -> str:
    """One line per method and type, so that a change of the Bot API reads well in a diff."""
    parts = [f'"version": {json.dumps(schema["version"])}']
    for part in ("methods", "types", "unions"):
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in schema[part].items())
        parts.append(f'"{part}": {{\n{lines}\n }}')
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def _fields(described: dict[str, Any]) -> dict[str, str]:
    return {
        field["name"]: "|".join(field["types"]) + ("!" if field["required"] else "")
        for field in described.get("fields") or []
        if not _NOT_OFFERED & set(field["types"])
    }


def _named(table: Table) -> set[str]:
    words = {
        word.rsplit("Array of ", 1)[-1]
        for fields in table.values()
        for types in fields.values()
        for word in types.rstrip("!").split("|")
    }
    return words - _ATOMS


if __name__ == "__main__":
    SCHEMA.write_text(
        as_text(make_schema(json.loads(Path(sys.argv[1]).read_text("utf-8")), list(METHODS))), "utf-8"
    )
