# Two commands do everything: make demo, make test. The others are for those who change the code.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python

.PHONY: demo test check bench mutants lock format clean

demo: $(VENV)/.run
	$(BIN)/python bot.py demo $(ARGS)

# Dozens of processes start here: what Python compiles for the first is kept for the others, also where the shell forbids it.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)
	$(BIN)/python tests/coverage_floors.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -p no:randomly -p no:cacheprovider tests/test_house.py tests/test_texts.py

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(ARGS)

mutants: $(VENV)/.bench
	$(BIN)/mutmut run $(ARGS)
	$(BIN)/mutmut results

lock: $(VENV)/.uv
	for set in run dev bench uv; do \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
			--python-version 3.11 --upgrade requirements/$$set.in -o requirements/$$set.txt || exit 1; \
	done

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* build mutants

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed · 需要 Python 3.11 以上")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.run: $(VENV)/.uv requirements/run.txt
	$(UV) -r requirements/run.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.uv requirements/dev.txt
	$(UV) -r requirements/dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.uv requirements/bench.txt
	$(UV) -r requirements/bench.txt
	@touch $@ $(VENV)/.run $(VENV)/.dev
