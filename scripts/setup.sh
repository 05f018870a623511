#!/usr/bin/env bash
# Prepare this machine: "setup.sh run" for the service, "setup.sh dev" for the checks and tests as well.
# Quick when nothing changed: the pinned requirements are installed again only when their files differ.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
venv=${VENV:-.venv}

fail() { echo "setup: $1" >&2; exit 1; }

# --- Debian packages --------------------------------------------------------------------------------------------------
missing=()
if [ ! -x "$venv/bin/python" ]; then
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
fi
if [ "$purpose" = dev ]; then
    command -v git >/dev/null || missing+=(git)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v msgmerge >/dev/null || missing+=(gettext)
    scripts/find_postgres.sh >/dev/null || missing+=(postgresql)
    # Pictures of Korean pages need a Korean font.
    { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ko family)" ]; } || missing+=(fonts-noto-cjk)
fi
if [ ${#missing[@]} -gt 0 ]; then
    install="apt-get install -y --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || fail "these Debian packages (or their like) are missing: ${missing[*]}"
    [ "$(id -u)" = 0 ] || fail "these Debian packages are missing: ${missing[*]}. Run: sudo $install"
    echo "setup: installing Debian packages: ${missing[*]}"
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        # The tests start a server of their own: the package need not start one for the machine.
        mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    { apt-get update && $install; } >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "$install failed; all of it: $log"; }
    rm "$log"
fi

# --- the virtual environment ------------------------------------------------------------------------------------------
if [ ! -x "$venv/bin/python" ]; then
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, not $(python3 -V)"
    echo "setup: making $venv"
    python3 -m venv "$venv"
fi
install_requirements() { # file, stamp, files that count
    local file=$1 stamp=$2 wanted
    shift 2
    wanted=$("$venv/bin/python" -V; sha256sum "$@")
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
    echo "setup: installing $file"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$file" ||
        fail "the packages of $file could not be installed"
    echo "$wanted" >"$stamp"
}
if [ "$purpose" = dev ]; then
    install_requirements requirements-dev.txt "$venv/.requirements-dev" requirements.txt requirements-dev.txt
else
    install_requirements requirements.txt "$venv/.requirements" requirements.txt
fi
