# Plumbline. `make` alone lists what there is. Python 3.11 to 3.14 and make are all that must be installed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := .ci/locks
INSTALL := $(BIN)/python -m pip install --require-hashes --progress-bar off
COMPILE := $(BIN)/uv pip compile --quiet --no-config --upgrade --system-certs --universal --python-version 3.11 --generate-hashes \
  --custom-compile-command 'make lock'
# One process more than there are cores: each waits for its database now and then, and each has much to load.
PYTEST = $(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print(min(12, 1 + (os.cpu_count() or 1)))') --dist worksteal
SETUP_LOG := $(VENV)/setup.log
# The interpreter to build the virtual environment with; the newest that fits when not given.
PYTHON ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Kept bytecode halves what it takes to start; tests start dozens of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo serve work migrate test proofs histories chaos garbled bench budget contract check audit locked lock clean

help: ## Tell what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-9s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Build .venv with everything that development needs (seconds when it is already there)
	@if ! $(BIN)/python -c '' 2>/dev/null; then rm -f $(STAMP); fi
	@$(MAKE) --silent $(STAMP)

# Three steps: xero-python comes as source only, so what builds it goes in first, and nothing is built with tools
# that no lock names.
$(STAMP): $(LOCKS)/build.txt $(LOCKS)/development.txt
	@if ! $(BIN)/python -c '' 2>/dev/null; then \
	  python=$$(bash .ci/find-python $(PYTHON)); \
	  echo "setup 1/3: virtual environment in $(VENV), by $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV); \
	fi
	@echo "setup 2/3: build tools"
	@$(INSTALL) -r $(LOCKS)/build.txt >$(SETUP_LOG) 2>&1 || { tail -30 $(SETUP_LOG) >&2; exit 1; }
	@echo "setup 3/3: $$(grep -c '^[a-z].*==' $(LOCKS)/development.txt) packages, checked by hash (a minute or two the first time)"
	@$(INSTALL) --no-build-isolation -r $(LOCKS)/development.txt 2>>$(SETUP_LOG) | tee -a $(SETUP_LOG) \
	  | awk '/^Collecting/ && ++n % 10 == 0 { print "  " n " found"; fflush() } \
	      /^Building wheels/ { print "  building xero-python"; fflush() } \
	      /^Installing/ { print "  installing"; fflush() }' || { tail -30 $(SETUP_LOG) >&2; exit 1; }
	@touch $(STAMP)
	@echo "setup done"

demo: setup ## Walk the main job on this machine, then stay up (ONCE=1: walk it and exit)
	@$(BIN)/python -m app demo $(if $(ONCE),--once)

serve: setup ## Run the API
	@$(BIN)/python -m app serve

work: setup ## Run a worker
	@$(BIN)/python -m app work

migrate: setup ## Bring the database to the newest schema
	@$(BIN)/python -m app migrate

test: setup ## Run the tests (ARGS='-k name' narrows it)
	@$(PYTEST) -m 'not proof' $(ARGS)

proofs: setup ## Run what takes longer: storms, whole days, backlogs, every write cut off, the demo (ARGS=)
	@$(PYTEST) -m proof $(ARGS)

histories: setup ## Run random histories of both sides (RUNS=20000 SEED=1)
	@$(BIN)/python -m tests.histories --runs $(or $(RUNS),20000) --seed $(or $(SEED),1)

chaos: setup ## Prove convergence: random stories, every crash point, outages, many processes (RUNS=500 SEED=1)
	@$(BIN)/python -m tests.chaos --runs $(or $(RUNS),500) --seed $(or $(SEED),1) $(ARGS)

garbled: setup ## Prove that wrong and odd answers of Xero lose and double nothing (RUNS=60 SEED=1)
	@$(BIN)/python -m tests.garbled --runs $(or $(RUNS),60) --seed $(or $(SEED),1) $(ARGS)

budget: setup ## Prove Xero's call limits kept: 5,000 invoices, two workers (INVOICES=5000)
	@$(BIN)/python -m benchmarks.budget --invoices $(or $(INVOICES),5000)

bench: setup ## Measure every figure side by side with its comparison (ONLY=intake, QUICK=1)
	@$(BIN)/python -m benchmarks $(foreach group,$(ONLY),--only $(group)) $(if $(QUICK),--quick)

contract: setup ## Draw thousands of calls from the API's contract and check every answer (SEED=1 EXAMPLES=4)
	@$(BIN)/python -m tests.contract --seed $(or $(SEED),1) --examples $(or $(EXAMPLES),4)

check: setup ## Lint, formatting, types, import contracts, migrations against the tables, static analysis, secrets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m app migrate --check
	$(BIN)/bandit -q -c pyproject.toml -r app
	$(BIN)/python .ci/scan_secrets.py

audit: setup ## Look every locked dependency up among known vulnerabilities; fails where that cannot be done (needs the internet)
	@$(BIN)/python .ci/audit.py $(LOCKS)/production.txt $(LOCKS)/development.txt $(LOCKS)/build.txt

locked: setup ## Ask the package index whether what is locked for production is still there as it was, and not withdrawn
	@$(BIN)/python .ci/audit.py --index $(LOCKS)/production.txt $(LOCKS)/build.txt

lock: setup ## Write the locks anew from pyproject.toml (names, versions, hashes; no address)
	@$(BIN)/python -m pip install --quiet 'uv>=0.13'
	$(COMPILE) --extra dev --output-file $(LOCKS)/development.txt pyproject.toml
	$(COMPILE) --constraint $(LOCKS)/development.txt --output-file $(LOCKS)/production.txt pyproject.toml
	$(COMPILE) --constraint $(LOCKS)/development.txt --output-file $(LOCKS)/build.txt --group build

clean: ## Remove the virtual environment, caches and the development data
	rm -rf $(VENV) .plumbline .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
