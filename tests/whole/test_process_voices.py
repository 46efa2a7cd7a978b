"""The whole process with an engine on loopback: a recording goes out, words come back, and nothing is done before 对."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.processes import MANAGER, Bot, on_sqlite, villagers

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]
OGG = b"OggS" + b"\0" * 60


@pytest.fixture
def engine():
    """A server that writes down what the test says and suggests a repair; it keeps what it was asked."""
    asked: list[tuple[str, bytes]] = []
    words = {"text": "明天中午两份"}

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            guess = json.dumps({"intent": "request_repair", "when": "", "portions": ""})
            spoken = self.path.endswith("transcriptions")
            answer = words if spoken else {"choices": [{"message": {"content": guess}}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/", words, asked
    server.shutdown()
    server.server_close()


def equip(bot: Bot, url: str) -> None:
    for section in ("VOICE", "LANGUAGE_MODEL"):
        bot.environment |= {f"CANTEEN_{section}__URL": url, f"CANTEEN_{section}__MODEL": "tiny"}


def newest(bot: Bot, person: int, label: str) -> tuple[int, str]:
    """The message and data of the newest button with this label."""
    for message in reversed(bot.said(person)):
        for row in (message.reply_markup or {}).get("inline_keyboard", []):
            for button in row:
                if label == button["text"]:
                    return message.id, button["callback_data"]
    raise AssertionError(f"no button {label}: {[m.text for m in bot.said(person)]}")


async def test_granny_speaks_is_read_back_and_booked(bot, engine):
    url, words, asked = engine
    granny = villagers(bot, 1)[0]
    equip(bot, url)
    await bot.start()
    bot.world.send_voice(granny, granny, OGG)
    await bot.until(lambda: bot.heard(granny, "我听到：“明天中午两份”，对吗？"))
    assert OGG in asked[0][1]
    assert bot.one("SELECT count(*) FROM booking") == 0
    bot.world.press(granny, granny, *newest(bot, granny, "对"))
    await bot.until(lambda: bot.one("SELECT count(*) FROM booking") == 1)
    words["text"] = ""
    bot.world.send_voice(granny, granny, OGG)
    await bot.until(lambda: bot.heard(granny, "没听清"))
    assert await bot.stop() == 0


async def test_a_spoken_cry_is_not_read_back_and_is_played_to_whoever_is_called(bot, engine):
    url, words, _ = engine
    granny = villagers(bot, 1)[0]
    equip(bot, url)
    words["text"] = "我摔倒了起不来"
    await bot.start()
    bot.world.send_voice(granny, granny, OGG)
    await bot.until(lambda: bot.heard(granny, "120"))
    assert not bot.heard(granny, "我听到")
    played = await bot.until(lambda: [m for m in bot.said(MANAGER) if "录音" in m.text])
    assert played[0].raw["document"]["file_name"] == "voice.ogg"


async def test_a_model_is_asked_only_after_granny_agreed(bot, engine):
    url, _, asked = engine
    granny = villagers(bot, 1)[0]
    equip(bot, url)
    await bot.start()
    bot.world.say(granny, granny, "坛坛罐罐啰")
    await bot.until(bot.all_done)
    assert asked == []
    bot.world.say(granny, granny, "/model")
    await bot.until(lambda: bot.heard(granny, "不问外面的电脑"))
    bot.world.press(granny, granny, *newest(bot, granny, "可以问"))
    await bot.until(lambda: bot.rows("SELECT 1 FROM example_consent WHERE model_agreed"))
    bot.world.say(granny, granny, "坛坛罐罐啰")
    await bot.until(lambda: asked and bot.all_done())
    assert "坛坛罐罐啰" in json.loads(asked[0][1])["messages"][-1]["content"]
