#!/usr/bin/env bash
# Runs the contract tests of dynamotest and the store's own suite on independent implementations
# of DynamoDB: moto's server, then ministack. Their known differences are listed in
# internal/dynamotest/differences.txt. ENGINES selects engines, RUN is the pattern of the tests,
# and arguments are passed to `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
	echo "skipped: python3 is not installed"
	exit 0
fi
mkdir -p bin
venv=bin/venv-moto
if ! cmp -s scripts/moto/requirements.txt $venv/installed.txt; then
	python3 -m venv $venv || { echo "skipped: python3 has no venv module"; exit 0; }
	$venv/bin/pip install -q -r scripts/moto/requirements.txt || { echo "skipped: moto and ministack cannot be installed"; exit 0; }
	cp scripts/moto/requirements.txt $venv/installed.txt
fi
server=
trap 'kill $server 2>/dev/null || true' EXIT
failed=0
for engine in ${ENGINES:-moto ministack}; do
	: >"bin/$engine.out"
	$venv/bin/python "scripts/moto/serve_$engine.py" >"bin/$engine.out" 2>"bin/$engine.err" &
	server=$!
	for _ in $(seq 150); do grep -q '^http' "bin/$engine.out" && break; sleep 0.2; done
	url=$(grep -m1 '^http' "bin/$engine.out") || { echo "$engine did not start:"; cat "bin/$engine.err"; exit 1; }
	echo "== $engine at $url"
	DYNAMODB_ENGINE=$engine DYNAMODB_ENDPOINT=$url go test -count=1 -run "${RUN:-Endpoint|Outside}" "$@" ./pkg/dynamo/... || failed=1
	kill $server
	wait $server 2>/dev/null || true
done
exit $failed
