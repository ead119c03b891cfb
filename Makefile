# make serve   sets everything up, builds the graph and serves it (PORT=8000)
# make test    sets everything up and runs the tests
# make check   lint, format, types, canonical Turtle
# make ui      bundles what browsers run, which make install does as well where it can

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UI := $(wildcard ui/*.json ui/*.mjs) $(shell find ui/src -type f 2>/dev/null)
NPM := npm --prefix ui --no-audit --no-fund --no-update-notifier --ignore-scripts
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install install-dev ui build serve test check clean

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt hatch_build.py $(UI)
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -c constraints.txt -e '.[dev]'
	@[ ui/node_modules/.tools -nt ui/package-lock.json ] \
	  || { $(NPM) ci && touch ui/node_modules/.tools; } \
	  || echo "Without npm the tests of the pages in a browser have no axe-core and no vnu-jar."
	@touch $@

ui: $(VENV)/bin/python
	KG_UI=require $(PIP) install -c constraints.txt -e .

build: install
	$(BIN)/kg build

serve: install
	$(BIN)/kg serve --port $(PORT)

test: install-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: install-dev
	$(BIN)/ruff check src tests bench hatch_build.py
	$(BIN)/ruff format --check src tests bench hatch_build.py
	$(BIN)/mypy
	$(BIN)/kg fmt --check

clean:
	rm -rf $(VENV) build
