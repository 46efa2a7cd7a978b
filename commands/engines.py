"""The engines an operator may add: one that writes down voice messages, one that guesses what nobody understood."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from config import Config, VoiceSection
from models.store import Store
from nlu.lessons import nameless
from rules.examples import names_if_agreed
from transports.listening import Listening
from transports.suggesting import RemoteSuggester
from transports.telegram import Telegram
from transports.updates import Heard
from transports.voice import LocalTranscriber, RemoteTranscriber, Transcriber


def listening(
    config: Config,
    store: Store,
    telegram: Telegram,
    take: Callable[[Heard], Awaitable[None]],
    clock: Callable[[], datetime],
) -> Listening:
    """What stands between the inbox and the units of work; without engines it only hands on."""
    model = config.language_model
    suggester = RemoteSuggester(model.url, model.key.get_secret_value(), model.model) if model.url else None
    return Listening(
        take, clock, telegram.file, partial(cleared, store), _transcriber(config.voice), suggester
    )


def _transcriber(voice: VoiceSection) -> Transcriber | None:
    if voice.folder is not None:
        return LocalTranscriber(voice.folder)
    return RemoteTranscriber(voice.url, voice.key.get_secret_value(), voice.model) if voice.url else None


async def cleared(store: Store, heard: Heard) -> str:
    """The words without names, when their speaker agreed that they leave the machine; else empty."""
    names = await store.read(lambda session: names_if_agreed(session, heard.person_id))
    return "" if names is None else nameless(heard.text, names)
