#!/usr/bin/env bash
# Sourced by scripts that need a container engine.

# engine FOLDER makes `docker` work: with the daemon that runs, or with one of its own, whose files are in FOLDER and whose
# process is daemon. It returns 1 if there is none, and sets tried.
engine() {
	tried="docker info"
	docker info >/dev/null 2>&1 && return 0
	[ "$(id -u)" = 0 ] || { tried+="; not root, so no daemon was started"; return 1; }
	if ! command -v dockerd >/dev/null; then
		if ! (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io iptables) >"$1/apt.log" 2>&1; then
			tried+="; apt-get install docker.io: $(tail -1 "$1/apt.log")"
			return 1
		fi
	fi
	dockerd --storage-driver=vfs --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \
		-H "unix://$1/docker.sock" >"$1/dockerd.log" 2>&1 </dev/null &
	daemon=$!
	export DOCKER_HOST=unix://$1/docker.sock
	for _ in $(seq 150); do
		docker info >/dev/null 2>&1 && return 0
		kill -0 "$daemon" 2>/dev/null || break
		sleep 0.2
	done
	tried+="; dockerd --storage-driver=vfs: $(tail -1 "$1/dockerd.log")"
	return 1
}
