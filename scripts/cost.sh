#!/usr/bin/env bash
# Estimates the monthly cost of a customer's deployment with 0, 10 and 1,000 tenants.
set -euo pipefail
cd "$(dirname "$0")/../infra/cdk"
exec go run ./cmd/cost -customer "${CUSTOMER:-example}"
