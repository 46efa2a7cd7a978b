"""Words for the operator: the same catalogs, printed; and the configuration, read or explained."""

import sys
from argparse import Namespace
from typing import Any

import config
from config import Config
from rules.values import Text
from texts import Words


def words(language: str | None = None) -> Words:
    """The operator's words."""
    return Words(language or config.language_of_shell(), "UTC")


def say(key: str, /, **facts: Any) -> None:
    """Print one line."""
    print(words().say(Text(key, **facts)), flush=True)


def complain(key: str, /, **facts: Any) -> None:
    """Print one line to standard error."""
    print(words().say(Text(key, **facts)), file=sys.stderr, flush=True)


def configured(arguments: Namespace) -> Config | None:
    """The configuration, or None after every mistake in it was named with its cure."""
    try:
        return config.load(arguments.config)
    except config.WrongConfig as wrong:
        for mistake in wrong.mistakes:
            complain("cli.config_mistake", where=mistake.where, what=mistake.what)
            if mistake.nearest:
                complain("cli.config_nearest", name=mistake.nearest)
        return None
