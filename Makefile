# `make run` starts the app, `make test` checks everything. Both install what they need first, into .venv,
# and again only when pyproject.toml has changed.

PYTHON ?= python3
export PYTHON
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DISPLAY_HERE := $(strip $(DISPLAY) $(WAYLAND_DISPLAY) $(filter Darwin,$(shell uname -s)))

.PHONY: run test bench faults lint clean system
.NOTPARALLEL:

run: $(VENV)/installed
ifdef DISPLAY_HERE
	$(BIN)/python -m composer
else
	@echo "No display here: the window opens offscreen, sends its starter event and saves a picture."
	@mkdir -p build
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m composer --self-test --screenshot build/self-test.png
endif

test: lint
	$(BIN)/python -m pytest

bench: $(VENV)/installed-dev
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.bench.run

faults: $(VENV)/installed-dev
	EVENT_COMPOSER_KILLS=200 $(BIN)/python -m pytest tests/faults --timeout 1800

lint: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build dist .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# What the system itself has to bring; each purpose has its list in the script.
run bench: NEEDS := app
test faults: NEEDS := app test
system:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@.ci/system-packages $(NEEDS)

$(VENV)/installed: pyproject.toml | system
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing Event Composer into $(VENV); the first time this downloads about 100 MB."
	$(PIP) install --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install 'pip>=25.1'  # the first that knows dependency groups
	$(PIP) install --group dev
	@touch $@
