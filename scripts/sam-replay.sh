#!/usr/bin/env bash
# Replays the recorded traffic of identity providers through SAM CLI, on the synthesised template.
# If no Docker daemon runs, the script tries to start its own. If Docker cannot run, the script
# reports what it tried and exits 0: the tests replay the same traffic without Docker, through
# internal/lambdarun.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d) daemon=
cleanup() {
	[ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
	rm -rf "$work"
}
trap cleanup EXIT
missing() {
	echo "skipped: Docker cannot run on this machine. Tried: $1"
	exit 0
}
if ! docker info >/dev/null 2>&1; then
	[ "$(id -u)" = 0 ] || missing "docker info; not root, so no daemon was started"
	if ! command -v dockerd >/dev/null; then
		(apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables) >"$work/apt.log" 2>&1 ||
			missing "docker info; apt-get install docker.io: $(tail -1 "$work/apt.log")"
	fi
	dockerd --storage-driver=vfs --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
		-H "unix://$work/docker.sock" >"$work/dockerd.log" 2>&1 </dev/null &
	daemon=$!
	export DOCKER_HOST=unix://$work/docker.sock
	for _ in $(seq 150); do
		docker info >/dev/null 2>&1 && break
		kill -0 "$daemon" 2>/dev/null || break
		sleep 0.2
	done
	docker info >/dev/null 2>&1 || missing "docker info; dockerd --storage-driver=vfs: $(tail -1 "$work/dockerd.log")"
fi
begin=$SECONDS
mkdir -p bin
go build -o bin/replaycorpus ./internal/tools/replaycorpus
code=0
# shellcheck disable=SC2016 # expanded by the inner shell
scripts/sam-local.sh bash -c 'bin/replaycorpus -base "$BASE" -table "$TABLE"' || code=$?
[ $code != 3 ] || missing "Docker runs, but aws-sam-cli cannot be installed"
echo "replay through SAM CLI: $((SECONDS - begin)) s"
exit $code
