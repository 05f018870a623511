#!/usr/bin/env bash
# Run a command beside a throw-away PostgreSQL, whose address it finds in KMS_TEST_POSTGRES_URL.
# The server listens on a Unix socket only, never waits for a disk, and is gone when the command ends.
set -eu
programs=$("$(dirname "$0")/find_postgres.sh")
folder=$(mktemp -d /tmp/kms-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    user=nobody
    if getent passwd postgres >/dev/null; then user=postgres; fi
    chown "$user" "$folder"
    as=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups env HOME="$folder")
fi
stop() {
    (cd "$folder" && "${as[@]}" "$programs/pg_ctl" -D data -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
(
    cd "$folder"
    "${as[@]}" "$programs/initdb" -D data -U kms -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    "${as[@]}" "$programs/pg_ctl" -D data -l log -w -t 60 start -o "-k $folder -c listen_addresses='' -c fsync=off \
        -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=200"
) >"$folder/start.log" 2>&1 || { cat "$folder/start.log" "$folder/log" >&2 || true; exit 1; }
export KMS_TEST_POSTGRES_URL="postgres://kms@${folder//\//%2F}/postgres"
"$@"
