#!/usr/bin/env bash
# All tests. First those marked postgres, on PostgreSQL (KMS_TEST_POSTGRES_URL, see with_postgres.sh); if they pass, the
# whole suite on SQLite, so that the last lines are pytest's summary of everything.
set -eu
cd "$(dirname "$0")/.."
pytest=("${VENV:-.venv}/bin/python" -m pytest)
DATABASE_URL=$KMS_TEST_POSTGRES_URL "${pytest[@]}" -m postgres
unset DATABASE_URL
exec "${pytest[@]}" "$@"
