# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
# Only wheels are installed, each checked against the hashes in requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS = $(BIN)/python -m pytest
NODE := tests/serve/node
NODE_READY := $(NODE)/node_modules/.ready

.PHONY: demo test check format lock bench bench-smoke clean

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Assay needs Python 3.11 or newer; run: make PYTHON=/path/to/python3.11" >&2; exit 3; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --only-binary :all: --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@touch $(READY)

# A client of the server and axe for its pages. The tests that need them are left out
# where there is no npm, or nothing that it can fetch them from.
$(NODE_READY): $(NODE)/package-lock.json
	@if command -v npm >/dev/null; then \
	  (cd $(NODE) && npm ci --ignore-scripts --no-audit --no-fund) && touch $@ || \
	  echo "npm could not fetch the packages of $(NODE); their tests are left out" >&2; \
	fi

demo: $(READY)
	@sh demo/run.sh $(BIN)/assay

# The judge's tests alone: they run programs up to the limits of time and memory.
test: $(READY) $(NODE_READY)
	$(TESTS) tests/judging src/assay/judging
	$(TESTS) -n 2 --dist loadfile --ignore tests/judging --ignore src/assay/judging

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs uv. Writes no index address, so that any index with the same files serves.
lock:
	uv pip compile pyproject.toml requirements.build --group dev --extra local --extra bench \
	  --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements.lock

# Ten problems of our own, replayed from a recording: no model is needed.
bench-smoke: $(READY)
	$(BIN)/python benchmarks/smoke/run.py $(BIN)/assay

bench: $(READY)
	$(BIN)/python benchmarks/speed.py

clean:
	rm -rf $(VENV) $(NODE)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
