#!/usr/bin/env bash
# What the service sends is verified by libraries of another language: webhooks by the official Standard Webhooks library
# for Python, Security Event Tokens by PyJWT.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 >/dev/null; then
	echo "skipped: python3 is not installed"
	exit 0
fi
mkdir -p bin
venv=bin/venv-receivers
if [ ! -x $venv/bin/python ]; then
	python3 -m venv $venv || { echo "skipped: python3 has no venv module"; exit 0; }
	$venv/bin/pip install -q 'standardwebhooks==1.0.0' 'PyJWT[crypto]==2.10.1' || { echo "skipped: standardwebhooks and PyJWT cannot be installed"; rm -rf $venv; exit 0; }
fi
go build -o bin/scimstack ./cmd/scimstack
$venv/bin/python scripts/receivers.py bin/scimstack
