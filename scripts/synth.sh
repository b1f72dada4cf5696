#!/usr/bin/env bash
# Synthesises the templates of a customer into infra/cdk/cdk.out. Needs no AWS account and no
# network.
set -euo pipefail
cd "$(dirname "$0")/.."
CUSTOMER=${CUSTOMER:-example} scripts/cdk.sh synth --quiet "$@"
ls infra/cdk/cdk.out/*.template.json
