#!/usr/bin/env bash
# Runs every check that is not part of `make test`, and prints the time of
# each. All of them run; the exit code is 1 if any failed. CHECKS selects some of them.
# What the failed ones printed last is repeated at the end, where a log is read first.
set -uo pipefail
export SOAK=${SOAK:-0} FULL=${FULL:-0} # make large takes more; make test has a short soak
cd "$(dirname "$0")/.."
checks=${CHECKS:-lint security scim2-tester receivers clients large moto lambda-size test-infra deploy-lane mcp-conformance docs bench-check}
failed=()
mkdir -p bin
bench-check() { (cd bench && go vet ./... && go run . -check -quick -rounds 2); }
# moto is an engine in Python, on one core: it runs beside the checks that follow it, except for the benchmarks.
beside=
start() {
	beside=$SECONDS
	./scripts/moto.sh >bin/ci-moto.out 2>&1 &
	pid=$!
}
join() {
	[ -n "$beside" ] || return 0
	wait "$pid" || failed+=(moto)
	printf '\n== moto\n'
	cat bin/ci-moto.out
	echo "== moto took $((SECONDS - beside)) s, beside others"
	beside=
}
for check in $checks; do
	if [ "$check" = moto ] && [ "$checks" != moto ]; then
		start
		continue
	fi
	[ "$check" != bench-check ] || join
	printf '\n== %s\n' "$check"
	began=$SECONDS
	if declare -F "$check" >/dev/null; then "$check"; else "./scripts/$check.sh"; fi 2>&1 | tee "bin/ci-$check.out"
	[ "${PIPESTATUS[0]}" = 0 ] || failed+=("$check")
	echo "== $check took $((SECONDS - began)) s"
done
join
if [ ${#failed[@]} -gt 0 ]; then
	for check in "${failed[@]}"; do
		printf '\n== %s failed; the end of its output:\n' "$check"
		tail -n 40 "bin/ci-$check.out"
	done
	echo "failed: ${failed[*]}"
	exit 1
fi
