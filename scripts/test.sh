#!/usr/bin/env bash
# Runs all tests with the race detector and checks docs/reference/compliance.md. The argument
# "write" regenerates the page instead.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=check
[ "${1:-}" = write ] && mode=write
# SQLite is C that was translated to Go: under the race detector it takes ten times as long, and it is not ours.
# checkptr finds wrong uses of unsafe, of which there are none, and takes a twentieth of the time.
race='-race -gcflags=all=-d=checkptr=0 -gcflags=modernc.org/...=-race=false'
if [ "$(go env CGO_ENABLED)" != 1 ] || ! command -v "$(go env CC)" >/dev/null; then
	echo "no C compiler: running without the race detector"
	race=
fi
go build -o bin/testreport ./internal/tools/testreport || exit 1
# shellcheck disable=SC2086 # several flags
go test $race -timeout 20m -json ./... | bin/testreport -compliance "$mode"
