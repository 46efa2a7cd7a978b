"""Voice messages are read back before anything is done, danger is not; a model outside is asked only of those who agreed."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import select

from commands import engines
from config import Config, EngineSection, VoiceSection
from handlers import taking
from models.inbox import InboxUpdate
from models.lunch.meals import Booking
from models.outbox import OutboxMessage
from nlu import Action, Context, Intent
from nlu.suggestions import Suggestion, suggested
from rules import examples
from tests.conversations import BOT_ID, BOT_NAME
from transports import listening, suggesting, voice
from transports.hearing import hear
from transports.listening import Listening
from transports.suggesting import RemoteSuggester
from transports.updates import Kind, Malformed
from transports.voice import LocalTranscriber, RemoteTranscriber, Unheard

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def recorded(who, chat=None, *, seconds=5, size=9_000, number=7_000):
    """The raw update of a voice message."""
    own = {"id": who.telegram_id, "type": "private", "first_name": who.name}
    message = {
        "message_id": number,
        "date": 1,
        "from": {"id": who.telegram_id, "is_bot": False, "first_name": who.name, "language_code": "zh-hans"},
        "chat": chat or own,
        "voice": {"file_id": "OGG", "file_unique_id": "o", "duration": seconds, "file_size": size},
    }
    return {"update_id": number, "message": message}


def speaks(village, who, words, *, number=7_000, fault="", group=False):
    """Somebody speaks and an engine wrote the words down; answers what the bot says."""
    chat = {"id": village.canteen.chat_id, "type": "supergroup", "title": "x"} if group else None
    heard = hear(recorded(who, chat, number=number), BOT_ID, BOT_NAME)
    heard = replace(heard, text=words, voice_fault=fault)
    village.session.add(InboxUpdate(update_id=number, raw="{}", received_at=village.now))
    village.session.flush()
    said = taking.hear(village.session, heard, village.now)
    for row in said.rows:
        village._remember(row)
    return [village._words(row) for row in said.rows if row.key.startswith("answer")]


def bookings(session):
    return session.exec(select(Booking)).all()


def test_granny_is_read_back_what_was_heard_and_nothing_is_booked_yet(village, session, granny):
    assert speaks(village, granny, "明天中午两份") == ["我听到：“明天中午两份”，对吗？"]
    assert bookings(session) == []


def test_after_right_it_is_as_if_she_had_written_it(village, session, granny):
    written = village.says(granny, "后天中午吃什么")
    speaks(village, granny, "后天中午吃什么")
    village.taps(granny, village.data_of("对"))
    assert village.told(granny)[-1] == written[0]


def test_a_typed_yes_is_right_too(village, session, granny):
    speaks(village, granny, "后天中午吃什么")
    said = village.says(granny, "对")
    assert said
    assert "我听到" not in said[0]


def test_after_wrong_nothing_is_done(village, session, granny):
    speaks(village, granny, "明天中午两份")
    village.taps(granny, village.data_of("不对"))
    assert bookings(session) == []
    assert "再说一遍" in village.told(granny)[-1]


def test_danger_is_not_read_back_and_whoever_is_called_gets_the_recording(
    village, session, granny, daughter, social_worker
):
    said = speaks(village, granny, "我摔倒了起不来")
    assert "120" in said[0]
    sent = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == social_worker.telegram_id)).all()
    recording = [row for row in sent if row.body.get("attachment")]
    assert [row.body["attachment"]["sheet"] for row in recording] == ["voice"]
    assert village._words(recording[0]) == f"这是{granny.name}求救时的录音。"


@pytest.mark.parametrize(
    ("fault", "words"), [("off", "打字"), ("too_long", "1 分钟"), ("unheard", "没听清"), ("", "没听清")]
)
def test_what_was_not_made_out_is_said_so(village, granny, fault, words):
    assert words in speaks(village, granny, "", fault=fault)[0]


def test_the_group_is_left_alone_with_voices(village, granny):
    assert speaks(village, granny, "", group=True) == []


def test_a_voice_without_length_is_malformed(granny):
    raw = recorded(granny)
    raw["message"]["voice"]["duration"] = "five"
    with pytest.raises(Malformed):
        hear(raw, BOT_ID, BOT_NAME)


class Ear:
    """An engine that hears what the test says."""

    def __init__(self, words="明天中午两份"):
        self.words, self.heard, self.closed = words, [], False

    async def transcribe(self, audio):
        self.heard.append(audio)
        if isinstance(self.words, Exception):
            raise self.words
        return self.words

    async def suggest(self, words):
        self.heard.append(words)
        return Suggestion(Intent.REQUEST_REPAIR)

    async def close(self):
        self.closed = True


def ready(heard, *, ear=None, guesser=None, cleared="坛子弄一弄"):
    """The update as it is handed on."""
    handed = []

    async def take(update):
        handed.append(update)

    async def file(file_id):
        return b"OggS" + file_id.encode()

    async def clear(update):
        return cleared

    asyncio.run(Listening(take, lambda: NOW, file, clear, ear, guesser).hear(heard))
    return handed[0]


@pytest.fixture
def spoken(granny):
    return hear(recorded(granny), BOT_ID, BOT_NAME)


def test_a_recording_is_fetched_and_written_down(spoken):
    ear = Ear()
    heard = ready(spoken, ear=ear)
    assert (heard.text, heard.voice_fault, ear.heard) == ("明天中午两份", "", [b"OggSOGG"])


@pytest.mark.parametrize("words", ["", Unheard("noise"), TimeoutError()])
def test_what_the_engine_cannot_hear_is_handed_on_unheard(spoken, words):
    assert ready(spoken, ear=Ear(words)).voice_fault == "unheard"


def test_without_an_engine_a_recording_is_handed_on_at_once(spoken):
    assert ready(spoken).voice_fault == "off"


@pytest.mark.parametrize(("seconds", "size"), [(61, 1), (5, 3_000_000)])
def test_an_endless_recording_is_not_fetched(granny, seconds, size):
    ear = Ear()
    heard = hear(recorded(granny, seconds=seconds, size=size), BOT_ID, BOT_NAME)
    assert ready(heard, ear=ear).voice_fault == "too_long"
    assert ear.heard == []


def test_a_recording_in_the_group_is_nobodys_business(granny):
    ear = Ear()
    chat = {"id": -100, "type": "supergroup", "title": "x"}
    heard = ready(hear(recorded(granny, chat), BOT_ID, BOT_NAME), ear=ear)
    assert (heard.text, ear.heard) == ("", [])


@pytest.fixture
def unclear(spoken):
    return replace(spoken, voice="", voice_seconds=0, text="那个坛坛罐罐啰")


def test_what_nobody_understands_is_suggested_without_names(unclear):
    ear = Ear()
    assert ready(unclear, guesser=ear).suggestion == Suggestion(Intent.REQUEST_REPAIR)
    assert ear.heard == ["坛子弄一弄"]


@pytest.mark.parametrize(
    "change",
    [{"text": "明天中午两份"}, {"private": False}, {"command": "menu"}, {"kind": Kind.BUTTON}, {"text": ""}],
)
def test_what_is_clear_or_not_for_the_bot_is_suggested_to_nobody(unclear, change):
    ear = Ear()
    assert ready(replace(unclear, **change), guesser=ear).suggestion is None
    assert ear.heard == []


def test_without_consent_nothing_leaves_the_machine(unclear):
    ear = Ear()
    assert ready(unclear, guesser=ear, cleared="").suggestion is None
    assert ear.heard == []


def test_engines_are_let_go(spoken):
    ear, guesser = Ear(), Ear()
    asyncio.run(Listening(None, None, None, None, ear, guesser).close())
    assert ear.closed
    assert guesser.closed


def test_a_suggestion_becomes_a_card_and_its_days_are_ours():
    said = Suggestion(Intent.BOOK_MEAL, "后天晌午", "两个")
    read = suggested(said, "坛子啰后天晌午那两个啰", NOW, Context())
    assert read is not None
    assert (read.intent, read.action) == (Intent.BOOK_MEAL, Action.ASK)
    assert (read.slots.dates, read.slots.meal) == ((date(2026, 11, 27),), "lunch")


def test_a_phrase_that_was_never_said_is_not_believed():
    read = suggested(Suggestion(Intent.BOOK_MEAL, "明天中午", "九份"), "坛子啰", NOW, Context())
    assert read is not None
    assert (read.slots.dates, read.slots.count) == ((), None)


@pytest.mark.parametrize("intent", ["emergency", "unclear", "chatter", "thanks"])
def test_some_suggestions_are_of_no_use(intent):
    assert suggested(Suggestion(Intent(intent)), "坛子啰", NOW, Context()) is None


@given(st.text(max_size=60), st.sampled_from(Intent), st.text(max_size=20))
def test_no_suggestion_is_ever_acted_on(text, intent, when):
    read = suggested(Suggestion(intent, when, when), text + when, NOW, Context())
    assert read is None or read.action is Action.ASK
    assert read is None or all(day >= NOW.date() for day in read.slots.dates)


def test_a_suggestion_reaches_granny_as_a_question(village, session, granny):
    number = 7_100
    heard = hear(recorded(granny, number=number), BOT_ID, BOT_NAME)
    heard = replace(heard, voice="", text="坛坛罐罐啰", suggestion=Suggestion(Intent.REQUEST_REPAIR))
    session.add(InboxUpdate(update_id=number, raw="{}", received_at=village.now))
    session.flush()
    plain = village.says(granny, "坛坛罐罐啰")
    rows = taking.hear(session, heard, village.now).rows
    said = [village._words(row) for row in rows if row.key.startswith("answer")]
    assert said
    assert said != plain


def test_granny_decides_whether_a_model_outside_is_asked(village, session, granny, neighbour):
    assert examples.names_if_agreed(session, granny.telegram_id) is None
    assert "不问" in village.says(granny, "/model")[0]
    village.taps(granny, village.data_of("可以问"))
    names = examples.names_if_agreed(session, granny.telegram_id)
    assert names is not None
    assert {granny.name, neighbour.name} <= set(names)
    assert examples.names_if_agreed(session, neighbour.telegram_id) is None
    assert examples.names_if_agreed(session, None) is None
    village.taps(granny, village.data_of("不要再问"))
    assert examples.names_if_agreed(session, granny.telegram_id) is None


def test_nobody_agrees_for_somebody_else(village, session, granny, cook):
    village.taps(cook, f"model:{granny.id}:yes")
    assert not examples.model_consent(session, granny.id)
    assert not examples.model_consent(session, cook.id)


class Server:
    """A server on loopback that answers what the test says and keeps what it was asked."""

    def __init__(self, status, body):
        asked = self.asked = []

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.path, dict(self.headers), content))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def asked_of(server, make, method, given):
    async def ask():
        engine = make(server.url, "secret-key", "tiny")
        assert "secret-key" not in repr(engine)
        try:
            return await getattr(engine, method)(given)
        finally:
            await engine.close()

    return asyncio.run(ask())


def test_a_recording_is_written_down_by_a_server():
    with Server(200, json.dumps({"text": " 明天中午两份 "}).encode()) as server:
        assert asked_of(server, RemoteTranscriber, "transcribe", b"OggS") == "明天中午两份"
    path, headers, body = server.asked[0]
    assert path == "/v1/audio/transcriptions"
    assert headers["Authorization"] == "Bearer secret-key"
    assert b"OggS" in body
    assert b"tiny" in body


@pytest.mark.parametrize(
    ("status", "body"), [(500, b"{}"), (200, b"nonsense"), (200, b"{}"), (200, b'{"text": 5}'), (200, b"[]")]
)
def test_a_server_that_fails_leaves_the_words_unheard(status, body):
    with Server(status, body) as server, pytest.raises(Unheard):
        asked_of(server, RemoteTranscriber, "transcribe", b"OggS")


def completion(content):
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def test_a_model_is_asked_by_schema():
    content = json.dumps({"intent": "request_repair", "when": "后天", "portions": ""})
    with Server(200, completion(content)) as server:
        found = asked_of(server, RemoteSuggester, "suggest", "坛子")
    assert found == Suggestion(Intent.REQUEST_REPAIR, "后天", "")
    asked = json.loads(server.asked[0][2])
    assert asked["response_format"]["json_schema"]["strict"]
    assert asked["messages"][-1] == {"role": "user", "content": "坛子"}
    assert suggesting.SECONDS <= 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        completion("nonsense"),
        completion('{"intent": "fly"}'),
        completion("[]"),
        completion('{"intent": "book_meal", "when": 5}'),
    ],
)
def test_nonsense_of_a_model_is_no_guess(body):
    with Server(200, body) as server:
        assert asked_of(server, RemoteSuggester, "suggest", "坛子") is None


def test_a_model_that_is_away_is_no_guess():
    async def ask():
        engine = RemoteSuggester("http://127.0.0.1:9/v1/", "", "tiny")
        try:
            return await engine.suggest("坛子")
        finally:
            await engine.close()

    assert asyncio.run(ask()) is None


def test_a_local_engine_uses_the_folder_and_fetches_nothing(monkeypatch):
    made = []

    class WhisperModel:
        def __init__(self, folder, **options):
            made.append((folder, options))

        def transcribe(self, audio, **options):
            assert audio.read() == b"OggS"
            assert options["language"] == "zh"
            return iter([SimpleNamespace(text=" 明天"), SimpleNamespace(text="两份 ")]), None

    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=WhisperModel))

    async def twice():
        engine = LocalTranscriber(Path("model"))
        words = await asyncio.gather(engine.transcribe(b"OggS"), engine.transcribe(b"OggS"))
        await engine.close()
        return words

    assert asyncio.run(twice()) == ["明天两份", "明天两份"]
    assert made == [("model", {"device": "cpu", "compute_type": "int8", "local_files_only": True})]


def test_an_engine_that_is_not_installed_is_unheard(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(Unheard):
        asyncio.run(LocalTranscriber(Path("model")).transcribe(b"OggS"))


def test_engines_are_off_unless_chosen():
    ears = engines.listening(Config(), None, SimpleNamespace(file=None), None, None)
    assert (ears.transcriber, ears.suggester) == (None, None)
    local = Config(voice=VoiceSection(folder=Path("model")))
    assert isinstance(engines._transcriber(local.voice), voice.LocalTranscriber)
    remote = {"url": "http://127.0.0.1:9/v1/", "key": "k", "model": "tiny"}
    config = Config(voice=VoiceSection(**remote), language_model=EngineSection(**remote))
    ears = engines.listening(config, None, SimpleNamespace(file=None), None, None)
    assert isinstance(ears.transcriber, voice.RemoteTranscriber)
    assert isinstance(ears.suggester, suggesting.RemoteSuggester)
    assert listening.LONGEST_SECONDS == 60


@pytest.mark.parametrize(
    ("section", "given"),
    [
        (EngineSection, {"url": "http://x/v1/"}),
        (VoiceSection, {"url": "http://x/v1/", "model": "m", "folder": "f"}),
        (EngineSection, {"url": "ftp://x"}),
    ],
)
def test_half_an_engine_is_a_mistake_in_the_configuration(section, given):
    with pytest.raises(ValidationError):
        section(**given)


class Reading:
    """A store whose units read in the session of the test."""

    def __init__(self, session):
        self.session = session

    async def read(self, unit):
        return unit(self.session)


def test_words_are_cleared_only_for_those_who_agreed(session, granny, act):
    heard = hear(recorded(granny), BOT_ID, BOT_NAME)
    heard = replace(heard, text=f"{granny.name}家的坛子")
    assert asyncio.run(engines.cleared(Reading(session), heard)) == ""
    examples.agree_model(session, granny, act(granny), agreed=True)
    session.flush()
    assert asyncio.run(engines.cleared(Reading(session), heard)) == "某家的坛子"
