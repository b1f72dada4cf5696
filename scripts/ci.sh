#!/usr/bin/env bash
# The wider lanes behind `make test`, one after the other, each with its time. All of them run; any
# failure fails the whole. LANES names some of them only.
set -uo pipefail
cd "$(dirname "$0")/.."
lanes=${LANES:-lint cover fuzz scim2-tester large moto lambda-size test-infra mcp-conformance sam-lane bench-check}
failed=()
mkdir -p bin
bench-check() { (cd bench && go vet ./... && go run . -check -quick); }
for lane in $lanes; do
	printf '\n== %s\n' "$lane"
	SECONDS=0
	if [ "$lane" = bench-check ]; then bench-check; else "./scripts/$lane.sh"; fi || failed+=("$lane")
	echo "== $lane took $SECONDS s"
done
if [ ${#failed[@]} -gt 0 ]; then
	echo "failed: ${failed[*]}"
	exit 1
fi
