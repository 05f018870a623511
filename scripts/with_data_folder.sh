#!/usr/bin/env bash
# Run a command with an empty data folder of its own, so that no check touches a real one.
set -eu
KMS_DATA_DIR=$(mktemp -d)
export KMS_DATA_DIR
trap 'rm -rf "$KMS_DATA_DIR"' EXIT
"$@"
