#!/usr/bin/env bash
# All tests. First those marked postgres, on PostgreSQL (KMS_TEST_POSTGRES_URL, see with_postgres.sh); if they pass, the
# whole suite on SQLite, so that the last lines are pytest's summary of everything.
set -eu
cd "$(dirname "$0")/.."
# One process a core; slow files are shared out.
pytest=("${VENV:-.venv}/bin/python" -m pytest -q -n auto --dist worksteal)
DATABASE_URL=$KMS_TEST_POSTGRES_URL "${pytest[@]}" -m postgres
unset DATABASE_URL
exec "${pytest[@]}" "$@"
