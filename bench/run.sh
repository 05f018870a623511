#!/usr/bin/env bash
# Measure this service: see bench/README.md. The generator is wrk, installed if this is root on Debian, else Python.
set -eu
cd "$(dirname "$0")/.."
if ! command -v wrk >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "bench: installing the Debian package wrk" >&2
    apt-get install -y --no-install-recommends wrk >/dev/null 2>&1 || echo "bench: without wrk, the generator is slower" >&2
fi
exec "${VENV:-.venv}/bin/python" bench/bench.py "$@"
