#!/usr/bin/env bash
# Checks the form of infra/terraform and, where the provider of AWS can be installed, validates it. Its names and what it
# takes from the CDK's templates are tested by go test ./infra/cdk/terraform and ./internal/release.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(command -v terraform || command -v tofu || true)
if [ -z "$program" ]; then
	echo "NOT CHECKED: the form of infra/terraform, and terraform validate: neither terraform nor tofu is installed"
	exit 0
fi
"$program" fmt -check -diff infra/terraform
echo "terraform fmt: clean"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp infra/terraform/*.tf infra/terraform/service.json "$work"
if ! timeout 60 "$program" -chdir="$work" init -backend=false -input=false -no-color >"$work/init.log" 2>&1; then
	echo "NOT CHECKED by terraform validate: the provider of AWS cannot be installed"
	grep -m1 -iE 'error|could not' "$work/init.log" | sed 's/^/  /'
	exit 0
fi
"$program" -chdir="$work" validate -no-color
