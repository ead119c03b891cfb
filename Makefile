# make serve   sets everything up, builds the graph and serves it (PORT=8000)
# make test    sets everything up and runs the tests
# make check   lint, format, types, canonical Turtle

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install install-dev build serve test check clean

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@

build: install
	$(BIN)/kg build

serve: install
	$(BIN)/kg serve --port $(PORT)

test: install-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: install-dev
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/kg fmt --check

clean:
	rm -rf $(VENV) build
