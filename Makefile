# Everything a person needs to do here. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SEED ?= $(shell date +%Y%m%d)

.PHONY: help demo demo-reset test soak seed check mutants bench screens pictures install browser clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(INSTALLED) ## Everything on this machine, with believable data
	@$(BIN)/python -m demo

demo-reset: $(INSTALLED) ## Remove the demo's data
	@$(BIN)/python -m demo reset

test: $(INSTALLED) browser ## All tests, in a browser too (half an hour on two cores)
	$(BIN)/python -m pytest -n 3 -q --ignore=tests/browser
	@# In a session of their own: their browser keeps an event loop running, and Django refuses to work beside one.
	$(BIN)/python -m pytest -q tests/browser

soak: $(INSTALLED) browser ## All tests with every seed, for hours when nobody waits
	ANQI_SOAK=1 $(BIN)/python -m pytest -n 3 -q --ignore=tests/browser
	$(BIN)/python -m pytest -q tests/browser

seed: $(INSTALLED) ## The simulated towns once more, drawn from SEED (today, unless told)
	ANQI_SEED=$(SEED) $(BIN)/python -m pytest -q -s tests/simulation/test_town.py

check: $(INSTALLED) ## Lint, types, layers, tidy, migrations, translations, licences
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.tidy
	$(BIN)/python -m tools.migrations
	$(BIN)/python -m tools.translations
	$(BIN)/python -m tools.licences

mutants: $(INSTALLED) ## Every small change to the engine that its tests don't notice; writes build/mutants.json
	$(BIN)/python -m tools.mutants anqi/engine

bench: $(INSTALLED) ## Engine, seeding, repayments, the end of day, payments to shops, pages under load, notifications, statements; writes build/bench.json
	$(BIN)/python -m tools.bench

screens: $(INSTALLED) browser ## Every page of the demo that runs, in every look: pictures and faults in build/screens/index.html
	$(BIN)/python -m tools.screens

# The day is fixed and the stories are the tests' own: what differs afterwards is what the pages changed.
pictures: $(INSTALLED) browser ## The pictures of the docs, taken anew while the browser's stories are played
	ANQI_STREET_DAY=2026-11-25 $(BIN)/python -m pytest -q -m pictures tests/browser
	$(BIN)/python -m tools.pictures

install: $(INSTALLED) ## The virtual environment with pinned, hashed packages

clean: ## Remove the virtual environment and what was built
	rm -rf .venv build

# A half-made environment has no stamp and is made again.
$(INSTALLED): requirements/base.txt requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "anqi needs Python 3.11 or newer, and there is no $(PYTHON) here. On Debian and Ubuntu: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "anqi needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	rm -rf .venv
	$(PYTHON) -m venv .venv
	PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $(INSTALLED)

browser: ## Chromium and a Chinese font for the browser tests, from the system's packages
	@tools/browser.sh
