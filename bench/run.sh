#!/usr/bin/env bash
# Measure this service: fresh data, an account, the service on a free port, the load generator, and away with all of it.
set -eu
cd "$(dirname "$0")/.."
python=${VENV:-.venv}/bin/python
folder=$(mktemp -d)
export KMS_DATA_DIR=$folder
unset DATABASE_URL KMS_ROOT_KEY_SOURCE
export BENCH_ACCESS_KEY=AKIABENCH00000000001
BENCH_SECRET=$("$python" -c 'import secrets; print(secrets.token_urlsafe(30))')
export BENCH_SECRET
port=$("$python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
server=
stop() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server" || true; fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$python" manage.py migrate --verbosity 0
"$python" manage.py create_account 111122223333 \
    --access-key-id "$BENCH_ACCESS_KEY" --secret-access-key-env BENCH_SECRET >"$folder/account.log"
"$python" manage.py serve --host 127.0.0.1 --port "$port" >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then ready=yes; break; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
[ "${ready:-}" = yes ] || { cat "$folder/server.log" >&2; echo "bench: the service did not start" >&2; exit 1; }

[ $# -gt 0 ] || set -- -o Encrypt -o Decrypt -o GenerateDataKey -o DescribeKey -c 8
"$python" bench/kmsbench.py "http://127.0.0.1:$port" --name kms --pid "$server" \
    --access-key "$BENCH_ACCESS_KEY" --secret-key "$BENCH_SECRET" --region us-east-1 "$@"
