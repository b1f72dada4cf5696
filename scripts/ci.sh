#!/usr/bin/env bash
# Runs every check that is not part of `make test`, one after the other, and prints the time of
# each. All of them run; the exit code is 1 if any failed. CHECKS selects some of them.
set -uo pipefail
export SOAK=${SOAK:-1m} FULL=${FULL:-0} # make large takes more
cd "$(dirname "$0")/.."
checks=${CHECKS:-lint security cover fuzz scim2-tester clients large moto lambda-size test-infra deploy-lane mcp-conformance bench-check}
failed=()
mkdir -p bin
bench-check() { (cd bench && go vet ./... && go run . -check -quick); }
for check in $checks; do
	printf '\n== %s\n' "$check"
	SECONDS=0
	if [ "$check" = bench-check ]; then bench-check; else "./scripts/$check.sh"; fi || failed+=("$check")
	echo "== $check took $SECONDS s"
done
if [ ${#failed[@]} -gt 0 ]; then
	echo "failed: ${failed[*]}"
	exit 1
fi
