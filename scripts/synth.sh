#!/usr/bin/env bash
# The templates of a customer in infra/cdk/cdk.out. Needs no account and no network.
set -euo pipefail
cd "$(dirname "$0")/.."
CUSTOMER=${CUSTOMER:-example} scripts/cdk.sh synth --quiet "$@"
ls infra/cdk/cdk.out/*.template.json
