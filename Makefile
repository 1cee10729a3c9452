# The two commands of the README: `make serve` and `make test`. `make help` lists the rest.
#
# The virtual environment lives in .venv. Stamp files inside it make a second run instant and
# reinstall when pyproject.toml or constraints.txt change. PIP_OPTIONS is handed to pip, for
# instance `make serve PIP_OPTIONS="--find-links DIR"` in a closed network.

VENV := .venv
PYTHON_IN_VENV := $(VENV)/bin/python
PIP := $(VENV)/bin/pip
ASSISTANT := $(VENV)/bin/assistant
PIP_OPTIONS ?=
PIP_INSTALL = $(PYTHON_IN_VENV) -m pip install --prefer-binary --disable-pip-version-check \
	$(PIP_OPTIONS) --constraint constraints.txt

PORT ?= 7860
HOST ?= 127.0.0.1
SOURCES := src tests scripts

# Candidates are run, not looked up: version managers leave names on PATH that do not start.
FIND_PYTHON = found=; for candidate in $(PYTHON) python3.11 python3.12 python3.13 python3; do \
	  if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    >/dev/null 2>&1; then found=$$candidate; break; fi; \
	done

.DEFAULT_GOAL := help
.PHONY: help serve test check format index evals bench clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

serve: $(VENV)/installed ## install, build the index if missing or stale, start on PORT (7860)
	exec $(ASSISTANT) serve --host $(HOST) --port $(PORT)

test: check ## everything CI runs: ruff, mypy, pytest, the evaluation's floors, the quiz's targets
	$(ASSISTANT) index >/dev/null
	$(PYTHON_IN_VENV) -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile
	$(ASSISTANT) eval --check >/dev/null
	$(ASSISTANT) eval --floors
	$(ASSISTANT) quiz check

check: $(VENV)/installed-dev ## ruff and mypy only
	$(VENV)/bin/ruff check $(SOURCES)
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/mypy $(SOURCES)

format: $(VENV)/installed-dev ## let ruff rewrite the sources
	$(VENV)/bin/ruff check --fix $(SOURCES)
	$(VENV)/bin/ruff format $(SOURCES)

index: $(VENV)/installed ## build or refresh the search index
	$(ASSISTANT) index

evals: $(VENV)/installed index ## every figure of the README; HTML report in evals/results
	@mkdir -p evals/results
	$(ASSISTANT) eval --report evals/results/report.html
	$(ASSISTANT) eval --suite unseen
	$(ASSISTANT) eval duties
	$(ASSISTANT) eval claims
	$(ASSISTANT) quiz check

bench: $(VENV)/installed ## time and memory against the bars
	$(PYTHON_IN_VENV) scripts/bench.py

clean: ## remove the environment, the built index and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find src -name '*.egg-info' -prune -exec rm -rf {} +
	find index -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +

# pip is the last thing that venv writes, so a half-made environment is made again.
# Debian packs pip and venv apart from Python; either of the two is enough.
$(PIP):
	@$(FIND_PYTHON); \
	if [ -z "$$found" ]; then \
	  echo "make: Python 3.11, 3.12 or 3.13 is needed (Debian: apt-get install python3 python3-venv);" \
	    "name another with PYTHON=..." >&2; exit 1; \
	fi; \
	rm -rf $(VENV); \
	if "$$found" -m venv $(VENV) >/dev/null 2>&1; then exit 0; fi; \
	rm -rf $(VENV); \
	if "$$found" -m venv --without-pip $(VENV) && "$$found" -m pip --python $(PYTHON_IN_VENV) install pip; then \
	  exit 0; \
	fi; \
	rm -rf $(VENV); \
	echo "make: $$found has neither venv nor pip (Debian: apt-get install python3-venv)" >&2; exit 1

$(VENV)/installed: pyproject.toml constraints.txt | $(PIP)
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt | $(PIP)
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $(VENV)/installed $@
