#!/usr/bin/env bash
# Builds all of a release without a tag, and publishes nothing: programs for five platforms, archives, checksums, what is in
# them (SBOM), the formula, and, where there is a container engine, the images; that of this machine is started, and asked
# for its health.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/docker.sh
work=$(mktemp -d) daemon=
cleanup() {
	[ -z "${container:-}" ] || docker rm -f "$container" >/dev/null
	[ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
	umount "$work"/exec/netns/* 2>/dev/null || true # of the daemon, which leaves it mounted
	rm -rf "$work"
}
trap cleanup EXIT
skip=()
engine "$work" || { echo "not built: the images. Tried: $tried"; skip=(--skip=docker); }
code=0
scripts/goreleaser.sh check || code=$?
[ $code = 0 ] || [ $code = 2 ] || exit $code # 2: only deprecated properties, which are listed
scripts/goreleaser.sh release --snapshot --clean "${skip[@]}"
for system in linux_amd64.tar.gz linux_arm64.tar.gz darwin_amd64.tar.gz darwin_arm64.tar.gz windows_amd64.zip; do
	ls build/dist/scimstack_*_$system
done
[ "$(ls build/dist/*.cdx.json | wc -l)" = 5 ]
[ -s build/dist/homebrew/Formula/scimstack.rb ]
(cd build/dist && sha256sum --quiet -c checksums.txt)
echo "checksums: right"
[ ${#skip[@]} = 0 ] || exit 0
case $(uname -m) in x86_64) arch=amd64 ;; *) arch=arm64 ;; esac
image=$(docker image ls --format '{{.Repository}}:{{.Tag}}' ghcr.io/scimstack/scimstack | grep -- "-$arch\$" | head -1)
docker run --rm --network none "$image" version
container=$(docker run -d --network host -e SCIMSTACK_ADDR=127.0.0.1:18080 "$image" serve --tenant name=acme,idp=okta)
for _ in $(seq 100); do
	docker exec "$container" /scimstack ready >/dev/null 2>&1 && break
	sleep 0.2
done
docker exec "$container" /scimstack ready || { docker logs "$container"; exit 1; }
echo "the image $image serves, and its health check passes"
