# One name for each thing one does here. Needs make and a Python >= 3.11 with venv; nothing else.
#
#   make setup   .venv/ with the locked dependencies and this package
#   make run     a recorder with a sample account on http://127.0.0.1:8770 (PORT=…, DATA=…)
#   make test    everything CI runs
#   make check   the same, after formatting
#   make console the console's pages (needs Node 20.19 or newer; run and test do it too, where there is one)
#   make docs    the generated reference pages
#   make pictures  the tutorial's pictures, in a real Chromium
#   make bench   the performance table (FULL=1 for ten million events)
#   make soak    the long campaigns
#   make lock    the lock files, from pyproject.toml
#   make clean   remove what was made, but never data/

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
PORT ?= 8770
JOBS ?= 2
# The tests that have a long form, and those that draw new cases there: see docs/reference/soak.md.
CAMPAIGNS := tests/stories/test_kill.py tests/stories/test_ledger_kill.py tests/ledger/test_fsck.py \
	tests/query/test_compile.py tests/contracts/test_lock.py tests/delivery/test_audit.py tests/stories/test_fuzz.py \
	tests/wire/test_hostile_calls.py tests/stories/test_delivery_drill.py
DRAWN := tests/event tests/capture/test_masking.py tests/ledger/test_tree.py tests/ledger/test_note.py \
	tests/ledger/test_proof.py tests/evidence/test_receipt.py

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test check format lint types imports tests console console-tests pictures docs bench soak lock clean
.DEFAULT_GOAL := setup

setup: $(VENV)/.installed $(VENV)/.peers $(VENV)/.system

$(VENV)/.made:
	@if [ -z "$(PYTHON)" ]; then \
		echo "ActionTrail needs Python 3.11 or newer, and none was found. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@echo "making $(VENV)"
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu it is in a package of its own: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.locked: $(VENV)/.made requirements.lock requirements-test.lock
	@echo "installing the locked dependencies"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock -r requirements-test.lock
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

# Peers run as programs of their own, and pin what the service pins otherwise: they share no environment with it.
$(VENV)/.peers: $(VENV)/.made requirements-peers.lock
	@echo "installing the peers that tests talk to"
	@"$(PYTHON)" -m venv $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip install -qq --require-hashes -r requirements-peers.lock
	@touch $@

# What some tests would like to find on the machine. Never fatal: those tests skip without it.
$(VENV)/.system: $(VENV)/.made tools/system.sh
	@sh tools/system.sh
	@touch $@

run: $(VENV)/.installed console
	@exec $(BIN)/actiontrail demo --data "$(DATA)" --port "$(PORT)"

test: setup console
	$(BIN)/ruff format --check src tests bench
	$(MAKE) --no-print-directory lint types imports console-tests tests

check: setup format console
	$(MAKE) --no-print-directory lint types imports console-tests tests

format: $(VENV)/.installed
	$(BIN)/ruff format src tests bench

lint: $(VENV)/.installed
	$(BIN)/ruff check src tests bench

types: $(VENV)/.installed
	$(BIN)/mypy

imports: $(VENV)/.installed
	$(BIN)/lint-imports

# The stories in a browser go by themselves: its driver leaves an event loop running in the process that ran them.
tests: $(VENV)/.installed
	$(BIN)/python -m pytest -n $(JOBS) --ignore tests/console
	$(BIN)/python -m pytest -n $(JOBS) tests/console

# The pages are built anew only when their sources have changed. Without Node everything else works, and /console/ says what is missing.
UI := console-ui
PAGES := src/actiontrail/console/pages/index.html
UI_SOURCES := $(shell find $(UI) -name node_modules -prune -o -type f -print)
NODE := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm)

ifneq ($(NODE),)
console: $(PAGES)

$(UI)/node_modules/.ready: $(UI)/package.json $(UI)/package-lock.json
	@echo "installing what the console is built with"
	@cd $(UI) && npm ci --loglevel=error
	@touch $@

$(PAGES): $(UI)/node_modules/.ready $(UI_SOURCES)
	@echo "building the console"
	@cd $(UI) && npm run --silent build -- --logLevel=warn
	@touch $@

console-tests: $(UI)/node_modules/.ready
	cd $(UI) && npm run --silent types && npm run --silent test
else
console console-tests:
	@echo "no Node 20.19 or newer here: the console is not built and not tested (everything else is)"
endif

# The tutorial's pictures, as its test sees them.
pictures: setup console
	ACTIONTRAIL_PICTURES=1 $(BIN)/python -m pytest tests/console/test_tutorial.py

docs: $(VENV)/.installed
	$(BIN)/python -m actiontrail.cli.reference docs/reference

bench: setup
	$(BIN)/python -m bench.run

soak: setup
	ACTIONTRAIL_SOAK=1 $(BIN)/python -m pytest $(CAMPAIGNS) $(DRAWN) --durations=10 --timeout 7200

# The registry's address stays out of the locks, so that they serve whoever uses a mirror.
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes \
		--constraint requirements.lock --no-emit-index-url --no-header --quiet --output-file requirements-test.lock
	python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["peers"], sep="\n")' \
		| uv pip compile - --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet --output-file requirements-peers.lock

clean:
	rm -rf $(VENV) build dist $(UI)/node_modules src/actiontrail/console/pages test-output .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
