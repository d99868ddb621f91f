# Needs Python 3.11 with pip 23.2 or later, and the package registries. `make` alone lists the targets.
PYTHON ?= python3
VENV ?= .venv
BENCH_VENV ?= .venv-bench
PYWB_VENV ?= .venv-pywb
NOTEBOOK_VENV ?= .venv-notebook
SHARED ?= $(or $(PORTAL_CRAWLER_SHARED),../shared)

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: help venv demo test check score bench bench-venv pywb-venv docs notebook
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(VENV)/.compiled ## create .venv from pinned versions, with portal-crawler in it, compiled where there is a compiler

demo: venv ## crawl a bundled replica portal end to end
	$(BIN)/portal-crawler demo

test: $(VENV)/.dev ## run all tests, a module on each core; says how long fast and slow ones took
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(VENV)/.dev ## formatting, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: $(VENV)/.dev ## crawl portals that go wrong in every way and print what became of each
	$(BIN)/python -m tests.faults.table

score: venv ## score extraction on SHARED/corpus; MISSES=1 prints what differs
	$(BIN)/python -m benchmarks.score $(SHARED)/corpus $(if $(MISSES),--misses)

bench: venv ## measure crawling and extraction; WRITE=1 writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks --corpus $(SHARED)/corpus --peers $(BENCH_VENV) $(if $(WRITE),--write)

bench-venv: $(BENCH_VENV)/.peers ## install other extractors for make bench to compare with

pywb-venv: $(PYWB_VENV)/.replay ## install pywb and cdxj-indexer, with which tests read the archive

docs: venv ## write docs/cli.md and the tables of docs/schema.md from the program
	$(BIN)/python -m docs.generate

notebook: $(NOTEBOOK_VENV)/.jupyter ## run docs/notebook.py in an empty directory and write docs/notebook.ipynb
	$(NOTEBOOK_VENV)/bin/python -m docs.generate_notebook

# Each stamp stands for an environment that was completed; a half-made one is made again from the start.
$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt -r requirements-build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What is compiled is only ever taken for the very sources that it is of; an edited one runs as it is until then.
$(VENV)/.compiled: $(VENV)/.runtime setup.py $(wildcard portal_crawler/extract/*.py) portal_crawler/article.py portal_crawler/urls.py
	@$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime | $(VENV)/.compiled
	$(PIP) -r requirements-dev.txt
	@touch $@

$(NOTEBOOK_VENV)/.jupyter: requirements-notebook.txt requirements-dev.txt requirements.txt pyproject.toml
	test -x $(NOTEBOOK_VENV)/bin/python || $(PYTHON) -m venv $(NOTEBOOK_VENV)
	$(NOTEBOOK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r requirements-notebook.txt
	$(NOTEBOOK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
	@touch $@

# Without the resolver: pip 23.2 fails on lxml[html-clean] beside lxml[html_clean], which these packages ask for.
$(BENCH_VENV)/.peers: requirements-bench.txt
	test -x $(BENCH_VENV)/bin/python || $(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps -r requirements-bench.txt
	@touch $@

$(PYWB_VENV)/.replay: requirements-pywb.txt
	test -x $(PYWB_VENV)/bin/python || $(PYTHON) -m venv $(PYWB_VENV)
	$(PYWB_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps -r requirements-pywb.txt
	@touch $@
