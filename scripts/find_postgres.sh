#!/usr/bin/env bash
# Print the folder of PostgreSQL's server programs: from PATH, from pg_config, or the newest that Debian installed.
set -eu
candidates() {
    for name in $(type -ap initdb); do dirname "$(readlink -f "$name")"; done
    if command -v pg_config >/dev/null; then pg_config --bindir; fi
    printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse
}
while read -r folder; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
        echo "$folder"
        exit 0
    fi
done < <(candidates 2>/dev/null)
echo "PostgreSQL's server programs (initdb, pg_ctl, postgres) were not found" >&2
exit 1
