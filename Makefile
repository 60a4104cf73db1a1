# Mendpoint's commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# As many as CI has cores: with one more, processes and browsers of tests are late.
JOBS ?= 2

help: ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.runtime: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.demo: requirements-demo.lock $(VENV)/.runtime
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-demo.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.demo
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.demo ## the whole portal on simulated hosts: http://127.0.0.1:8000 (PORT= moves it)
	@mkdir -p var/demo && MENDPOINT_VAR=var/demo MENDPOINT_CATALOG_DIRS=docs/examples/catalog $(BIN)/python manage.py demo

demo-break: ## give a computer of the demo a fault, also while it runs: HOST=ACC-07 FAULT=service-stopped
	@MENDPOINT_VAR=var/demo $(BIN)/python manage.py demo --break "$(HOST)=$(FAULT)"

demo-clean: ## remove every trace of the demo
	@test ! -e var/demo/running || $(PYTHON) -c 'import fcntl; fcntl.flock(open("var/demo/running"), fcntl.LOCK_EX | fcntl.LOCK_NB)' \
	  2> /dev/null || { echo "The demo is running: stop it first (Ctrl-C)." >&2; exit 1; }
	@rm -rf var/demo
	@rmdir var 2> /dev/null || true

# A worker process that dies takes its place in the run with it: no new one begins, and the run ends with that.
PARALLEL := -n $(JOBS) --dist loadgroup --max-worker-restart 0

test: $(VENV)/.dev ## every test but the long runs of `make soak`, on SQLite and (where its binaries are found) on PostgreSQL
	@$(BIN)/python -m tests.suite $(PARALLEL)
	@$(BIN)/python -m tests.suite $(PARALLEL) --db=postgres
	@$(MAKE) --no-print-directory pwsh

pwsh: $(VENV)/.dev ## every script and its vectors in a real PowerShell from 7.4 on (MENDPOINT_PWSH= names it, else PATH)
	@$(BIN)/python -m tests.powershell

coverage: $(VENV)/.dev ## what no test reaches, line by line and branch by branch, on SQLite
	@rm -rf var/coverage && mkdir -p var/coverage
	@code=0; $(BIN)/python -m coverage run -m pytest $(PARALLEL) || code=$$?; \
	  $(BIN)/python -m coverage combine -q && $(BIN)/python -m coverage report && exit $$code

lint: $(VENV)/.dev ## format, types, imports, templates, catalogue, migrations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.lint.architecture_map --check
	@$(BIN)/python -m tests.windows.cases
	@$(BIN)/python -m tests.lint.sentences
	@$(BIN)/python -m tests.lint.docstrings
	@$(BIN)/python -m tests.lint.statements
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty $(BIN)/djade --target-version 5.2 --check
	@echo "templates: no line over 160 characters, none over 120 lines"
	@! git ls-files 'templates/*.html' | LC_ALL=C.UTF-8 xargs --no-run-if-empty grep -HnE '.{161}'
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty awk \
	  'FNR == 121 { print FILENAME ": over 120 lines"; bad = 1 } END { exit bad }'
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py catalog --quiet

map: $(VENV)/.dev ## renew what is made of the rest: the map of ARCHITECTURE.md, the cases of tests/windows/proof.ps1
	@$(BIN)/python -m tests.lint.architecture_map --write
	@$(BIN)/python -m tests.windows.cases --write

bench: $(VENV)/.dev ## the benchmark table: ratios within one run
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_pages
	@$(BIN)/python -m tests.bench.codes
	@$(BIN)/python -m tests.bench.readings
	@$(BIN)/python -m tests.bench.sweep

soak: $(VENV)/.dev ## long fault and load runs
	@$(BIN)/python -m pytest -m soak -o timeout=0 -o addopts="--strict-markers"
	@$(BIN)/python -m tests.soak_faults
	@MENDPOINT_PWSH_ALL=1 $(BIN)/python -m tests.powershell

soak-states: $(VENV)/.dev ## every state of the lab and of strangers, judged (part of `make soak`)
	@$(BIN)/python -m pytest -m soak -o timeout=0 -o addopts="--strict-markers" tests/diagnosis

soak-pwsh: $(VENV)/.dev ## as `make pwsh`, with every vector of the runner in every condition (part of `make soak`)
	@MENDPOINT_PWSH_ALL=1 $(BIN)/python -m tests.powershell

soak-faults: $(VENV)/.dev ## everything dies and every line breaks, at the door and in the whole chain (SOAK_JOBS, SOAK_KILLS, SOAK_SEED; part of `make soak`)
	@$(BIN)/python -m pytest -m soak -o timeout=0 -o addopts="--strict-markers" $(PARALLEL) tests/remote/test_cuts.py tests/e2e/test_failpoints.py
	@$(BIN)/python -m tests.soak_faults

docker-check: $(VENV)/.dev ## the image, built as it is, and the demo started from it (as root, with system-deps)
	@$(BIN)/python -m tests.docker

LOCK := uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
  --custom-compile-command "make lock"
lock: ## renew the lock files (needs uv)
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group demo -c requirements.lock -o requirements-demo.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

# Debian's packages start their daemons when they are installed; ours are started by the tests, on loopback.
system-deps: ## Debian packages that some tests need (as root): PostgreSQL, gettext, RDP servers and scanners, Chromium, buildah, Tesseract, ICU for PowerShell
	@test "$$(id -u)" = 0 || { echo "make system-deps needs root" >&2; exit 1; }
	@export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
	  apt-get install -y -qq --no-install-recommends python3-venv postgresql postgresql-contrib \
	    chromium-headless-shell gettext openssl xrdp freerdp2-shadow-x11 freerdp2-x11 xvfb nmap sslscan buildah mmdebstrap \
	    libicu72 tzdata tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-jpn tesseract-ocr-chi-sim > /dev/null
	@for daemon in xrdp xrdp-sesman postgresql; do \
	  service $$daemon stop > /dev/null 2>&1 || true; update-rc.d $$daemon disable > /dev/null 2>&1 || true; done

.PHONY: help demo demo-break demo-clean test pwsh coverage lint map bench soak soak-states soak-pwsh soak-faults docker-check lock system-deps
