#!/usr/bin/env bash
# All tests with the race detector. "write" renews docs/reference/compliance.md instead of checking it.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=check
[ "${1:-}" = write ] && mode=write
race=-race
if [ "$(go env CGO_ENABLED)" != 1 ] || ! command -v "$(go env CC)" >/dev/null; then
	echo "no C compiler: the race detector is left out"
	race=
fi
go build -o bin/testreport ./internal/tools/testreport || exit 1
go test $race -json ./... | bin/testreport -compliance "$mode"
