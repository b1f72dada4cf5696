#!/usr/bin/env bash
# Runs all tests with the race detector and checks docs/reference/compliance.md. The argument
# "write" regenerates the page instead.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=check
[ "${1:-}" = write ] && mode=write
race=-race
if [ "$(go env CGO_ENABLED)" != 1 ] || ! command -v "$(go env CC)" >/dev/null; then
	echo "no C compiler: running without the race detector"
	race=
fi
go build -o bin/testreport ./internal/tools/testreport || exit 1
go test $race -json ./... | bin/testreport -compliance "$mode"
