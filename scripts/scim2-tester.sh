#!/usr/bin/env bash
# Runs the independent scim2-tester against `scimstack dev`. Explained findings are listed in
# scripts/scim2-tester-expected.txt; any other finding fails the check.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
	echo "skipped: python3 is not installed"
	exit 0
fi
mkdir -p bin
venv=bin/venv-scim2-tester
if [ ! -x $venv/bin/python ]; then
	python3 -m venv $venv || { echo "skipped: python3 has no venv module"; exit 0; }
	$venv/bin/pip install -q 'scim2-tester==0.5.2' 'scim2-client==0.13.2' 'scim2-models==0.12.3' 'httpx2==2.16.2' || { echo "skipped: scim2-tester cannot be installed"; rm -rf $venv; exit 0; }
fi
go build -o bin/scimstack ./cmd/scimstack
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
bin/scimstack dev --addr "127.0.0.1:$port" --tenant name=acme,token=tester >bin/dev.out 2>bin/dev.err &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 50); do grep -q ready bin/dev.out && break; sleep 0.1; done
$venv/bin/python scripts/scim2-tester.py "http://127.0.0.1:$port/scim/v2/acme" tester scripts/scim2-tester-expected.txt
