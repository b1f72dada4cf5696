#!/usr/bin/env bash
# Deploys every customer variation to an emulator of AWS on this machine, uses it, and destroys it:
#   scripts/deploy-lane.sh [-only http,single]
# FULL=0, as in make ci, takes one variation of each kind: all uses, both gateways, an update under load, a deployment
# that fails at first, a list of tenants, and the two that are drawn only.
# See internal/deploylane. Needs Node.js for the CDK library, and Python for the emulator and cfn-lint.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${FULL:-1}" != 0 ] || [ $# -gt 0 ] || set -- -only http,switch,key,tenants,rest,canary,firewall
for program in node python3; do
	command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 0; }
done
mkdir -p bin
# venv NAME REQUIREMENT installs a package into bin/venv-NAME, unless it is there.
venv() {
	[ -f "bin/venv-$1/$2" ] && return
	rm -rf "bin/venv-$1"
	{ python3 -m venv "bin/venv-$1" && "bin/venv-$1/bin/pip" install -q "$2" && touch "bin/venv-$1/$2"; } ||
		{ echo "skipped: $2 cannot be installed"; exit 0; }
}
venv ministack "$(grep '^ministack==' scripts/moto/requirements.txt)"
venv cfn-lint cfn-lint==1.58.0
OWN=./examples/lambda ZIP=no scripts/build-functions.sh x86_64
(cd infra/cdk && go build -o ../../bin/cdk-app .)
go build -o bin/ ./internal/deploylane ./internal/tools/replaycorpus
go test -c -o bin/deploylane.test ./internal/deploylane
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=1
work=$(mktemp -d) emulator=
cleanup() {
	[ -z "$emulator" ] || { kill "$emulator" 2>/dev/null && wait "$emulator" 2>/dev/null; } || true
	rm -rf "$work"
}
trap cleanup EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PATH="$PWD/bin/venv-ministack/bin:$PATH" BIND_HOST=127.0.0.1 GATEWAY_PORT=$port LAMBDA_EXECUTOR=local MINISTACK_ACCOUNT_ID=111122223333 \
	bin/venv-ministack/bin/ministack >bin/deploy-lane-emulator.out 2>&1 &
emulator=$!
for _ in $(seq 300); do
	curl -s -o "$work/answer" "http://127.0.0.1:$port/" && break
	kill -0 $emulator || { cat bin/deploy-lane-emulator.out; exit 1; }
	sleep 0.2
done
bin/deploylane -url "http://127.0.0.1:$port" -cfn-lint bin/venv-cfn-lint/bin/cfn-lint -work "$work/lane" "$@"
