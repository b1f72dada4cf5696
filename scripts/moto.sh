#!/usr/bin/env bash
# The facts that dynamotest is held to, and the store's own suite, on moto's server: a DynamoDB that
# somebody else wrote. What moto is known to do otherwise stands in
# pkg/dynamo/dynamotest/differences.txt. Arguments go to `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
	echo "skipped: python3 is not installed"
	exit 0
fi
mkdir -p bin
venv=bin/venv-moto
if [ ! -x $venv/bin/moto_server ]; then
	python3 -m venv $venv || { echo "skipped: python3 has no venv module"; exit 0; }
	$venv/bin/pip install -q -r scripts/moto/requirements.txt || { echo "skipped: moto cannot be installed"; rm -rf $venv; exit 0; }
fi
$venv/bin/python scripts/moto/serve.py >bin/moto.out 2>bin/moto.err &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 150); do grep -q '^http' bin/moto.out && break; sleep 0.2; done
DYNAMODB_ENDPOINT=$(grep -m1 '^http' bin/moto.out) || { echo "moto did not start:"; cat bin/moto.err; exit 1; }
export DYNAMODB_ENDPOINT
echo "moto at $DYNAMODB_ENDPOINT"
go test -count=1 -run "${RUN:-Endpoint}" "$@" ./pkg/dynamo/...
