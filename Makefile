# Two commands, each from nothing but Python >= 3.11 and make:
#   make book   builds the site        make test   runs every test
# Everything that they need goes into .venv (delete it, or `make clean`, to start anew).

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SIMULATORS := .venv-simulators
SITE := _build/html
NBSTRIPOUT := nbstripout --keep-id --keep-count --extra-keys 'metadata.widgets metadata.language_info cell.metadata.execution'
# Two kernels at a time, each with one chapter.
NBVAL := pytest --nbval-lax --nbval-cell-timeout 300 -n 2 --dist loadfile -W default

# A kernel must not start a thread pool for each of its libraries while another runs beside it.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
export PYTHONUTF8 := 1

.PHONY: simulators help book test lint unit notebooks browser binder chapter strip lock clean
.DEFAULT_GOAL := help

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(READY)  ## Run all chapters and build the site; prints its address
	@rm -rf $(SITE)  # pages of chapters that are no more; what has not changed is written anew from _build/.doctrees
	$(BIN)/jupyter-book build . -W -n --keep-going --quiet
	@$(BIN)/python -c "from pathlib import Path; print('\nThe book:', Path('$(SITE)/index.html').resolve().as_uri())"

test: lint unit notebooks book browser  ## Run every test: lint, unit, notebooks, the site in a browser
	@echo "All tests passed."

lint: $(READY)  ## Style, floors of the package, outputs in notebooks, checks of claims
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/$(NBSTRIPOUT) --verify book/*.ipynb
	$(BIN)/python scripts/claims.py

unit: $(READY) $(SIMULATORS)/.ready  ## Unit, property and packaging tests
	$(BIN)/pytest tests --ignore=tests/browser -n 2

notebooks: $(READY)  ## Run each chapter and compare its printed numbers
	$(BIN)/$(NBVAL) book

browser: $(READY)  ## Open each built page in headless Chromium (after `make book`)
	$(BIN)/pytest tests/browser -n 2 --dist loadgroup

binder: $(READY)  ## What Binder does: requirements.txt alone, JupyterLab, each chapter from its own folder
	$(BIN)/python scripts/binder_check.py

simulators: $(SIMULATORS)/.ready  ## Run the models in Brian2 and NEST, write simulators/results.json anew
	$(SIMULATORS)/bin/python simulators/run.py simulators/results.json

chapter: $(READY)  ## Quick look at one chapter: make chapter NAME=lif
	$(BIN)/python scripts/chapter.py $(NAME)

strip: $(READY)  ## Take the outputs out of the notebooks (before a commit)
	$(BIN)/$(NBSTRIPOUT) book/*.ipynb

lock: ## Write requirements.txt and web/package-lock.json anew from the ranges
	$(PYTHON) scripts/lock.py

clean:  ## Remove everything that was built, and the environment
	rm -rf $(VENV) .venv-bench _build dist lifcourse/static web/node_modules .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

include benchmarks/bench.mk

$(READY): requirements.txt pyproject.toml hatch_build.py web/package-lock.json scripts/make_venv.sh
	sh scripts/make_venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

# Brian2 and NEST need other versions than the course. Where NEST has no package, Brian2 is tested alone.
$(SIMULATORS)/.ready: simulators/requirements.txt scripts/make_venv.sh
	sh scripts/make_venv.sh "$(PYTHON)" "$(SIMULATORS)" simulators/requirements.txt || { \
	  echo "Trying without NEST, for the reason that pip gives above."; \
	  grep -v '^nest-simulator' simulators/requirements.txt > $(SIMULATORS)/without-nest.txt; \
	  sh scripts/make_venv.sh "$(PYTHON)" "$(SIMULATORS)" $(SIMULATORS)/without-nest.txt; }
	@touch $@
