# Gatehouse. `make` lists the commands; each sets up what it needs, so any of them can be the first one in a clone.

PYTHON := .venv/bin/python
# More arguments for pytest, e.g. make test ARGS="tests/robots -x"
ARGS ?=
# Compiled bytecode is what makes the second start quick, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test test-scale check bench messages clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# ---------- run it ----------

run: .venv/installed ## Web, worker and timetable in the foreground, until Ctrl-C
	@exec $(PYTHON) manage.py serve

demo: .venv/installed ## The same with a demo organization, its sign-ins printed
	@exec $(PYTHON) manage.py serve --demo

# ---------- prove it ----------

test: .venv/installed-dev ## All tests, on SQLite (ARGS="…" goes to pytest)
	@exec $(PYTHON) -m scripts.testing embedded $(ARGS)

test-scale: .venv/installed-dev ## All tests, on PostgreSQL and Redis (its own, unless DATABASE_URL and REDIS_URL)
	@exec $(PYTHON) -m scripts.testing scale $(ARGS)

# Types and checks read the settings, and those make keys and folders: away from a developer's own var/.
check messages: export GATEHOUSE_VAR := $(CURDIR)/.venv/check-var
check: .venv/installed-dev ## Format, lint, types, migrations, translations, vendored files, deployment
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m scripts.translations
	$(PYTHON) manage.py vendor --check
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

# What production must say; the values are thrown away with the process.
PRODUCTION = GATEHOUSE_ENV=production GATEHOUSE_URL=https://gatehouse.example.com \
	EMAIL_URL=smtp+tls://user:password@mail.example.com:587 \
	SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48))')" \
	GATEHOUSE_KEYS="k1:$$($(PYTHON) -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')"

bench: .venv/installed-dev ## Everything in benchmarks/, and the table that the docs quote
	@test -f benchmarks/run.py || { echo "There is no benchmarks/run.py." >&2; exit 1; }
	@exec $(PYTHON) -m benchmarks.run $(ARGS)

# ---------- keep it ----------

messages: .venv/installed-dev ## Bring the translations in step with the sources, then compile them
	@exec $(PYTHON) -m scripts.translations --write

clean: ## Remove the virtual environment (never var/, where the data is)
	rm -rf .venv

# ---------- the virtual environment ----------

.venv/installed: requirements.txt scripts/environment.sh
	@sh scripts/environment.sh run

.venv/installed-dev: requirements.txt requirements-dev.txt scripts/environment.sh
	@sh scripts/environment.sh dev
