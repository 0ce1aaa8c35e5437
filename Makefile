# `make run` and `make test` do everything from a fresh clone; `make` lists the rest.
# Every step leaves a stamp and is not repeated until what it was made from changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check
PIP_COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	--strip-extras --no-emit-find-links --no-emit-index-url
# Test processes at a time, and more words for pytest: make test ARGS="tests/core -x"
JOBS ?= 2
ARGS ?=

CATALOGUES := $(wildcard srm/locale/*/LC_MESSAGES/*.po)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

# --- set-up ----------------------------------------------------------------------------------------------------

# The first Python that is new enough and can make a virtual environment. PYTHON=... overrules.
.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Using $$($$python --version)."; exec $$python -m venv .venv; \
		fi; \
	done; \
	echo "Quadrant needs Python 3.11 or newer with its venv module (on Debian and Ubuntu: python3-venv)." >&2; exit 1

.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing Python packages."
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/.test: requirements-test.txt .venv/.run
	@echo "Installing packages for tests."
	@$(PIP) install --require-hashes -r requirements-test.txt
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json .ci/npm | .venv/.run
	@echo "Fetching front-end packages."
	@.ci/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

srm/static/vendor/.copied: node_modules/.package-lock.json srm/management/commands/assets.py
	@$(PY) manage.py assets
	@touch $@

.venv/.translations: $(CATALOGUES) srm/management/commands/compile_translations.py | .venv/.run
	@$(PY) manage.py compile_translations
	@touch $@

.PHONY: setup assets
setup: .venv/.run srm/static/vendor/.copied ## Install everything that `make run` needs, without starting
assets: srm/static/vendor/.copied ## Fetch front-end files

# --- daily work ------------------------------------------------------------------------------------------------

.PHONY: run test check static format bench deep faults audit lock clean
run: setup ## Start on http://127.0.0.1:8000 (PORT=... for another), with a demo company on the first start
	@exec $(PY) manage.py serve --prepare

ready: .venv/.test srm/static/vendor/.copied .venv/.translations
.PHONY: ready

test: ready ## Run the tests, on SQLite or on TEST_DATABASE_URL=postgres://...
	@$(PY) -m pytest -n $(JOBS) $(ARGS)

static: ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run

format: .venv/.test ## Bring the code into shape
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

check: static ## Lint, format, types, import rules, migrations, then the tests
	@$(MAKE) test

bench: ready ## Measure against the performance budget (not a test: figures)
	@$(PY) -m tests.bench $(ARGS)

deep: ready ## Thousands of generated sequences; hours, not minutes
	@HYPOTHESIS_PROFILE=deep $(PY) -m pytest -n $(JOBS) -m deep tests $(wildcard tests/deep) $(ARGS)

faults: ready ## Kill processes at bad moments; nothing may be lost or doubled
	@$(PY) -m pytest tests/faults $(ARGS)

audit: ready ## Known weaknesses of pinned packages; fails on packages it could not look up
	@$(BIN)/pip-audit --strict --disable-pip -r requirements.txt

lock: .venv/bin/python ## Pin the newest allowed versions of all packages, with hashes
	@$(PIP) install 'pip-tools>=7.5'
	@$(PIP_COMPILE) -o requirements.txt requirements.in
	@$(PIP_COMPILE) -o requirements-test.txt requirements-test.in
	@$(PIP_COMPILE) -o .ci/node.txt .ci/node.in
	@.ci/npm install --package-lock-only --omit-lockfile-registry-resolved=true --ignore-scripts --no-audit --no-fund

clean: ## Remove everything that was installed or generated; data in var/ stays
	@rm -rf .venv node_modules srm/static/vendor var/static var/static.digest
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find srm suppliers procurement kraljic tests -name __pycache__ -prune -exec rm -rf {} +
	@find srm/locale -name '*.mo' -delete 2>/dev/null || true
