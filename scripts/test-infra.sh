#!/usr/bin/env bash
# Tests infra/cdk: customer files, golden templates, every policy statement, cdk-nag and the cost
# estimate. Then checks that two syntheses give identical templates, and runs cfn-lint on them.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v node >/dev/null || { echo "skipped: the CDK library needs Node.js"; exit 0; }
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=1
(cd infra/cdk && go vet ./... && SCIMSTACK_LARGE=1 go test -timeout 20m ./...)
scripts/table-equal.sh
scripts/synth.sh >/dev/null
rm -rf bin/synth-twice
SKIP_BUILD=1 CUSTOMER=example scripts/cdk.sh synth --quiet -o ../../bin/synth-twice >/dev/null
for template in infra/cdk/cdk.out/*.template.json; do cmp "$template" "bin/synth-twice/$(basename "$template")"; done
echo "synthesised twice: identical templates"
venv=bin/venv-cfn-lint
if [ ! -x $venv/bin/cfn-lint ]; then
	python3 -m venv $venv && $venv/bin/pip install -q 'cfn-lint==1.58.0' || { rm -rf $venv; echo "skipped: cfn-lint cannot be installed"; exit 0; }
fi
# W3005 is ignored: CDK declares a dependency of a function on its role, which the reference
# already implies.
$venv/bin/cfn-lint --ignore-checks W3005 -t infra/cdk/cdk.out/*.template.json infra/cdk/stack/testdata/*.golden.json
echo "cfn-lint: clean"
