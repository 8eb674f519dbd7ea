PYTHON ?= python3
BIN := .venv/bin
# Labelled messages for train and evaluate.
DATA ?= ../shared/data
export PYTHON
.DEFAULT_GOAL := help
.PHONY: help train evaluate setup demo test host-test check lint faults bench translations screenshots wheel wa-js axe clean python packages-run packages-test
# Packages come before the virtualenv, and that before everything else, whatever -j says.
.NOTPARALLEL:

help: ## Say what the targets do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: packages-test .venv/dev.stamp wa-js axe ## Install what development and tests need, where it is missing

demo: packages-run .venv/run.stamp wa-js ## Start a demonstration: sandbox, three tenants, their workers
	@$(BIN)/flowhq demo

# The machines of the host tests come after the rest and alone: they measure what one tenant does to another.
test: setup ## Run the tests, but for faults and whole deployments; lint and types are tests too
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not bench and not faults and not host"
	@$(BIN)/python -m tests.host.image || true
	@$(BIN)/python -m pytest --durations=12 tests/host

check: setup lint ## Run what takes least: lint, types, layers, and tests on SQLite without a browser
	@$(BIN)/python -m pytest -q -n 2 -m "not browser and not slow and not postgresql and not faults and not host and not bench" --deselect tests/rules/test_style.py

lint: .venv/dev.stamp ## Check style, types, layers, pages and units
	@build-aux/lint

faults: setup ## Let everything go wrong, in WhatsApp Web and outside, and say what came of it
	@$(BIN)/python -m pytest -q -m faults tests/faults

host-test: setup ## Boot Debian machines and run Flow HQ on them: systemd, PostgreSQL, the roles; as root
	@$(BIN)/python -m tests.host.image
	@$(BIN)/python -m pytest -s --durations=20 -m 'not bench' tests/host

bench: setup ## Measure speed and report it
	@$(BIN)/python -m pytest -m bench -s tests/bench

train: .venv/train.stamp ## Train what the replies understand: make train DATA=<folder>
	@$(BIN)/python -m training.train $(DATA)

evaluate: .venv/dev.stamp ## Measure what the replies understand: make evaluate DATA=<folder> FOLDS=5
	@$(BIN)/python -m training.evaluate $(DATA) $(if $(FOLDS),--folds $(FOLDS))

translations: .venv/dev.stamp ## Bring the catalogues of translations up to date with the pages
	@$(BIN)/python build-aux/translations.py

wheel: .venv/dev.stamp wa-js ## Build dist/*.whl, wa-js inside, and look whether all is in it
	@build-aux/wheel

wa-js: ## Fetch wa-js from npm and check it by its hash
	@PYTHONPATH=. $(PYTHON) build-aux/wa_js.py

axe:
	@PYTHONPATH=. $(PYTHON) build-aux/axe.py

screenshots: setup ## Take pictures of every page into docs/screenshots
	@PYTHONPATH=. $(BIN)/python build-aux/screenshots.py

clean: ## Remove what was built; the virtualenv and ./var stay
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app worker tests build-aux -name __pycache__ -type d -prune -exec rm -rf {} +

packages-run packages-test: python
	@build-aux/packages $(@:packages-%=%)

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Flow HQ needs Python 3.11 or newer, and \
	$(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'

.venv/run.stamp: setup.cfg pyproject.toml
	@build-aux/venv .
	@touch $@

.venv/train.stamp: setup.cfg pyproject.toml
	@build-aux/venv .[train]
	@touch $@

.venv/dev.stamp: setup.cfg pyproject.toml
	@build-aux/venv .[dev]
	@touch .venv/run.stamp .venv/train.stamp $@
