"""The house keeps its order: rooms, names, words, sizes, and who begins a transaction."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
ROOMS = ("commands", "sandbox", "web", "handlers", "jobs", "transports", "rules", "nlu", "texts", "models")
FOLDERS = {
    "": {"outbox", "examples"},
    "members": {"people"},
    "lunch": {"meals", "menus", "deliveries", "ledger"},
    "cooks": {"certificates", "kitchen"},
    "volunteers": {"shifts"},
    "homes": {"visits"},
    "elders": {"requests", "emergencies", "care", "needs"},
}
"""Which capability lies in which folder, the same in every room; what carries the house lies in none."""
GROWN_ROOMS = ("models", "rules", "handlers", "jobs")
FORBIDDEN_NAMES = {"utils", "common", "misc", "helpers", "helper", "manager"}
LONGEST_FILE = 250
MOST_FILES = 27
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 5


def sources(*rooms: str) -> list[Path]:
    """Every module of the rooms, migrations left aside."""
    found = [
        path for room in rooms for path in sorted((HOME / room).rglob("*.py")) if "versions" not in path.parts
    ]
    assert found
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, read once for all tests."""
    return ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize(
    ("folder", "capability"), [(folder, one) for folder, some in FOLDERS.items() for one in sorted(some)]
)
def test_a_capability_bears_the_same_name_in_every_room(folder, capability):
    for room in ("models", "rules", "handlers"):
        assert (HOME / room / folder / f"{capability}.py").exists(), f"{room}/{folder}/{capability}.py"
    for language in ("zh_CN", "en"):
        assert (HOME / "texts" / "parts" / folder / f"{capability}.{language}.po").exists()


def test_every_room_that_has_grown_has_the_same_folders():
    for room in (*GROWN_ROOMS, "texts/parts"):
        found = {path.name for path in (HOME / room).iterdir() if path.is_dir() and path.name[0] != "_"}
        assert found - {"migrations"} <= set(FOLDERS), room


def test_no_folder_holds_more_than_one_can_overlook():
    crowded = {
        str(folder.relative_to(HOME)): count
        for room in GROWN_ROOMS
        for folder in (HOME / room, *(HOME / room).iterdir())
        if folder.is_dir() and (count := len(list(folder.glob("[a-z]*.py")))) > MOST_FILES
    }
    assert crowded == {}


def test_no_module_is_called_by_a_name_that_says_nothing():
    names = {path.stem for path in sources(*ROOMS)}
    assert not names & FORBIDDEN_NAMES


def test_every_module_says_what_it_is():
    silent = [path for path in sources(*ROOMS) if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_every_public_function_has_a_docstring():
    silent = []
    for path in sources(*ROOMS):
        tree = tree_of(path)
        for node in tree.body:
            public = (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and node.name[0] != "_"
            )
            if public and not ast.get_docstring(node):
                silent.append(f"{path.name}:{node.lineno} {node.name}")
    assert silent == []


def test_no_file_is_too_long_to_be_read_at_a_sitting():
    long = {
        str(path.relative_to(HOME)): n
        for path in sources(*ROOMS)
        if (n := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    excused = {name for name in long if "longer than" in (ast.get_docstring(tree_of(HOME / name)) or "")}
    assert set(long) - excused == set()


def test_no_function_is_too_long_to_be_read_at_a_glance():
    long = [
        f"{path.relative_to(HOME)}:{node.lineno} {node.name}"
        for path in sources(*ROOMS)
        for node in functions(tree_of(path))
        if (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_public_function_asks_for_more_than_five_things_in_a_row():
    many = [
        f"{path.relative_to(HOME)}:{node.lineno} {node.name}"
        for path in sources(*ROOMS)
        for node in functions(tree_of(path))
        if node.name[0] != "_"
        and len([a for a in node.args.args if a.arg not in ("self", "cls")]) > MOST_PARAMETERS
    ]
    assert many == []


def test_nothing_that_decides_remembers_or_speaks_waits_for_the_network():
    waiting = [
        f"{path.relative_to(HOME)} {node.name}"
        for path in sources("rules", "nlu", "texts")
        for node in functions(tree_of(path))
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert waiting == []


def test_only_the_turn_and_the_clock_begin_units_of_work():
    allowed = {"handlers/taking.py", "jobs/scheduler.py", "jobs/outbox.py"}
    found = {
        str(path.relative_to(HOME))
        for path in sources("handlers", "jobs", "rules", "web")
        for call in calls(tree_of(path))
        if call.endswith(("store.write", "store.write_now"))
    }
    assert found <= allowed


def test_no_act_commits_by_itself():
    guilty = [
        str(path.relative_to(HOME))
        for path in sources("handlers", "rules", "jobs")
        for call in calls(tree_of(path))
        if call in ("session.commit", "session.rollback", "turn.session.commit")
    ]
    assert guilty == []


def test_no_word_a_person_reads_stands_in_the_code():
    """Chinese may stand in comments, docstrings and in what the bot understands, never in what it says."""
    guilty = []
    for path in sources("handlers", "jobs", "rules", "transports"):
        tree = tree_of(path)
        docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        guilty += [
            f"{path.relative_to(HOME)}:{node.lineno} {node.value[:20]}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and path.stem not in UNDERSTANDS
            and any("一" <= letter <= "鿿" for letter in node.value)
        ]
    assert guilty == []


UNDERSTANDS = {
    "people_import",
    "menus_import",
    "naming",
    "diets",
    "calendar",
    "menus",
    "kitchen",
    "samples",
    "eaters",
    "ladder_words",
    "rosters_read",
    "shifts_import",
}
"""Rules that read what people wrote: headers of files, names, dishes."""


def _has_docstring(node: ast.AST) -> bool:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, kinds) and ast.get_docstring(node) is not None


def test_nothing_dangerous_is_called():
    forbidden = {"eval", "exec", "pickle.loads", "pickle.load", "yaml.load", "os.system"}
    found = {call for path in sources(*ROOMS) for call in calls(tree_of(path))}
    assert not found & forbidden


def test_no_log_quotes_an_exception():
    """Its message may hold what people wrote; `transports.faultlines.where` names the kind and the line."""
    quoting = [
        str(path.relative_to(HOME))
        for path in sources(*ROOMS)
        for call in calls(tree_of(path))
        if call == "log.exception"
    ]
    assert quoting == []


def test_only_the_configuration_reads_the_environment():
    readers = {
        str(path.relative_to(HOME))
        for path in (*sources(*ROOMS), HOME / "bot.py")
        if "os.environ" in path.read_text() or "getenv(" in path.read_text()
    }
    assert readers <= {"commands/demo.py"}, "the demo hands its environment to the bot it starts"


def test_nobody_imports_the_front_door():
    for path in sources(*ROOMS):
        for node in ast.walk(tree_of(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "bot" not in names, path
            if path.parts[-2] != "commands":
                assert "config" not in names, path


def test_help_opens_no_heavy_room():
    heavy = ["sqlalchemy", "telegram", "starlette", "pydantic", "alembic", "typst", "aiohttp"]
    code = f"import sys, bot; bot.parser(); print([m for m in {heavy!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
