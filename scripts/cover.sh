#!/usr/bin/env bash
# Measures the coverage of the protocol core by the tests that exercise it. Fails below 90 %.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
go test -count=1 -coverpkg=./pkg/scim/... -coverprofile=bin/cover.out ./pkg/scim/... ./pkg/memory ./internal/suite ./internal/replay >bin/cover-tests.out || {
	grep -E '^(FAIL|panic)|--- FAIL|_test\.go:' bin/cover-tests.out
	exit 1
}
total=$(go tool cover -func=bin/cover.out | awk '/^total:/ {sub("%","",$3); print $3}')
echo "coverage of pkg/scim/...: $total %"
awk -v t="$total" 'BEGIN { exit !(t >= 90) }' || { echo "coverage is below 90 %"; exit 1; }
