# One list of commands. Every target prepares what it needs: a fresh machine needs only make and python3.
VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= $(or $(KMS_DATA_DIR),var)
ARGS ?=
export VENV

PYTHON := $(VENV)/bin/python
PYTEST := $(PYTHON) -m pytest
MESSAGES_IGNORE := --ignore=$(VENV) --ignore=.venv --ignore=var --ignore=tests --ignore=static --ignore=staticfiles

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test stories lint types deployable check bench screenshots messages format clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup:
	@scripts/setup.sh run

setup-dev:
	@scripts/setup.sh dev

run: setup ## Start the service: make run [HOST=127.0.0.1] [PORT=8000] [DATA=var]
	@exec env KMS_DATA_DIR="$(abspath $(DATA))" $(PYTHON) manage.py serve --host "$(HOST)" --port "$(PORT)" $(ARGS)

test: setup-dev ## Run every test: those marked postgres on a throw-away PostgreSQL, then all of them on SQLite
	@scripts/with_postgres.sh scripts/test.sh $(ARGS)

stories: setup-dev ## Run the browser stories only
	@$(PYTEST) tests/stories $(ARGS)

lint: setup-dev ## Check format, lint, templates, import contracts and translations
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(VENV)/bin/djade --check --target-version 5.2
	$(VENV)/bin/lint-imports --no-logo
	scripts/with_data_folder.sh $(PYTHON) scripts/check_translations.py

types: setup-dev ## Check types
	scripts/with_data_folder.sh $(VENV)/bin/mypy .

deployable: setup-dev ## Check production settings, and that no migration is missing
	KMS_TLS=1 KMS_ALLOWED_HOSTS=kms.example KMS_DEMO=0 scripts/with_data_folder.sh \
	    $(PYTHON) manage.py check --deploy --fail-level WARNING
	scripts/with_data_folder.sh $(PYTHON) manage.py makemigrations --check --dry-run

check: lint types deployable test ## Everything that CI does

bench: setup-dev ## Measure the service: see bench/README.md
	@bench/run.sh $(ARGS)

screenshots: setup-dev ## Make the pictures of the documentation
	@$(PYTHON) scripts/screenshots.py

messages: setup-dev ## Collect the strings of ko and vi, and compile their translations
	scripts/with_data_folder.sh $(PYTHON) manage.py makemessages -l ko -l vi --no-obsolete --add-location=file $(MESSAGES_IGNORE)
	scripts/with_data_folder.sh $(PYTHON) manage.py compilemessages --ignore=$(VENV) --ignore=.venv

format: setup-dev ## Rewrite Python and templates in the house's format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	git ls-files -z 'templates/*.html' | xargs -0 -r $(VENV)/bin/djade --target-version 5.2

clean: ## Remove caches and test output; keeps the data folder and the virtual environment
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results staticfiles
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
