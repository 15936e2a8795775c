# make play: install into .venv and open the map-engine scenario
# make test: install the development tools too and run the whole gate

PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet
REQUIREMENTS := pyproject.toml constraints.txt

.PHONY: play test clean

play: $(VENV)/.play
	$(VENV)/bin/wargame play mapengine

test: $(VENV)/.dev
	$(VENV)/bin/python scripts/gate.py $(STEPS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# Stamps: an environment is installed again only when what it must hold has changed.
$(VENV)/.play: $(REQUIREMENTS) | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(REQUIREMENTS) | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	touch $@ $(VENV)/.play
