#!/usr/bin/env bash
# Replays the recorded traffic of identity providers through SAM CLI, on the synthesised template.
# If no Docker daemon runs, the script tries to start its own. If Docker cannot run, the script
# reports what it tried and exits 0: the tests replay the same traffic without Docker, through
# internal/lambdarun.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/docker.sh
work=$(mktemp -d) daemon=
cleanup() {
	[ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
	umount "$work"/exec/netns/* 2>/dev/null || true # of the daemon, which leaves it mounted
	rm -rf "$work"
}
trap cleanup EXIT
missing() {
	echo "skipped: Docker cannot run on this machine. Tried: $1"
	exit 0
}
engine "$work" || missing "$tried"
begin=$SECONDS
mkdir -p bin
go build -o bin/replaycorpus ./internal/tools/replaycorpus
code=0
# shellcheck disable=SC2016 # expanded by the inner shell
scripts/sam-local.sh bash -c 'bin/replaycorpus -base "$BASE" -table "$TABLE"' || code=$?
[ $code != 3 ] || missing "Docker runs, but aws-sam-cli cannot be installed"
echo "replay through SAM CLI: $((SECONDS - begin)) s"
exit $code
