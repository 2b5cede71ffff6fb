# Pilcrow. `make chat` and `make test` do all the set-up there is; a second run does none.
#
#   make chat                 index corpus/ and open the chat on http://127.0.0.1:7860
#   make ask Q="…"            one answer in the terminal
#   make test                 lint, types and the whole suite
#   make setup lint eval bench
#
# Torch: the CPU build is taken, from PIP_FIND_LINKS when that is set, else by uv's --torch-backend.
# A GPU build instead: make setup TORCH=cu130 (or any backend uv knows; `auto` looks at the machine).

PYTHON ?= python3
TORCH ?= cpu
PORT ?= 7860
BIN := .venv/bin
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
export UV_LINK_MODE ?= copy
export HF_HUB_DISABLE_TELEMETRY := 1
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup dev chat ask test lint eval bench clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -10

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Pilcrow needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' constraints.txt)
	@touch $@

# With find-links the CPU wheel is already there; elsewhere uv is asked for it, and where its index does not
# answer the registry's own build serves.
.venv/runtime: pyproject.toml constraints.txt | .venv/uv
	@if [ -n "$(UV_FIND_LINKS)" ]; then $(INSTALL) -e . ; \
	else $(INSTALL) --torch-backend $(TORCH) -e . 2>/dev/null || { echo "No $(TORCH) build of torch answers; taking the package index's own (several GB) …"; $(INSTALL) -e . ; } ; fi
	@touch $@

.venv/dev: .venv/runtime
	@$(INSTALL) --group dev
	@touch $@

setup: .venv/runtime
dev: .venv/dev

chat: .venv/runtime
	@$(BIN)/pilcrow index
	@$(BIN)/pilcrow chat --port $(PORT)

ask: .venv/runtime
	@$(BIN)/pilcrow index --quiet
	@$(BIN)/pilcrow ask "$(Q)"

lint: .venv/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: lint
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder

eval: .venv/runtime
	@$(BIN)/pilcrow index --quiet
	@$(BIN)/pilcrow eval --baseline quote

bench: .venv/dev
	@for benchmark in eval/benchmarks/*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit $$?; done

clean:
	rm -rf .venv .pilcrow eval/runs
