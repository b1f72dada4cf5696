#!/usr/bin/env bash
# Runs the pinned CDK CLI on infra/cdk:
#   CUSTOMER=acme scripts/cdk.sh COMMAND [ARGUMENT …]
# COMMAND is synth, diff, deploy, destroy, …. CUSTOMER names a file in infra/cdk/customers. The
# arguments are passed to the CLI, for example: scripts/cdk.sh deploy --all
set -euo pipefail
cd "$(dirname "$0")/.."
customer=${CUSTOMER:?is not set: CUSTOMER=<name> selects infra/cdk/customers/<name>.json}
command=${1:?no command given: synth, diff, deploy or destroy}
shift
command -v npm >/dev/null || { echo "the CDK CLI needs Node.js with npm" >&2; exit 1; }
if [ ! -x infra/cdk/node_modules/.bin/cdk ]; then
	(cd infra/cdk && npm ci --silent --no-audit --no-fund)
	rm -rf infra/cdk/node_modules/aws-cdk/lib/init-templates # their .go files are templates that do not compile
fi
arch=${ARCH:-arm64}
case $command in
synth | diff | deploy)
	own=$(cd infra/cdk && go run ./cmd/functions "$customer")
	${SKIP_BUILD:+true} env OWN="$own" scripts/build-functions.sh "$arch"
	;;
esac
(cd infra/cdk && go build -o ../../bin/cdk-app .)
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=1
cd infra/cdk
exec node_modules/.bin/cdk "$command" --app ../../bin/cdk-app -c customer="$customer" -c arch="$arch" "$@"
