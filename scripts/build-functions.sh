#!/usr/bin/env bash
# Builds every function for the given architectures (arm64 and x86_64 by default):
#   build/<arch>/<function>/bootstrap   for SAM and `scimstack lambda`
#   build/<arch>/<function>.zip         for a deployment
# The same source gives the same bytes. OUT names another folder than build.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${OUT:-build}
[ $# -gt 0 ] || set -- arm64 x86_64
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
go build -o "$tools/pack" ./internal/lambdarun/pack
for arch in "$@"; do
	case $arch in
	arm64) goarch=arm64 ;;
	x86_64) goarch=amd64 ;;
	*) echo "unknown architecture $arch; known are arm64 and x86_64" >&2; exit 2 ;;
	esac
	mkdir -p "$tools/$arch"
	# No commit id is stamped in: a stamp would change every function with every commit.
	CGO_ENABLED=0 GOOS=linux GOARCH=$goarch go build -trimpath -buildvcs=false -ldflags '-s -w' -tags lambda.norpc \
		-o "$tools/$arch/" ./functions/...
	for binary in "$tools/$arch"/*; do
		name=$(basename "$binary")
		mkdir -p "$out/$arch/$name"
		mv "$binary" "$out/$arch/$name/bootstrap"
		"$tools/pack" "$out/$arch/$name/bootstrap" "$out/$arch/$name.zip"
	done
done
