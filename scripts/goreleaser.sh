#!/usr/bin/env bash
# Runs goreleaser, of a fixed version, with what .goreleaser.yaml needs: goreleaser.sh release|check ARGUMENT…
# The notes of a release are the section of its version in CHANGELOG.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tool.sh
tool cyclonedx-gomod v1.10.0 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
mkdir -p bin/release
ln -sf "$bin" bin/release/cyclonedx-gomod
export PATH=$PWD/bin/release:$PATH TAP_TOKEN=${TAP_TOKEN:-}
tool goreleaser v2.15.1 github.com/goreleaser/goreleaser/v2
notes=()
if [ "$1" = release ] && tag=$(git describe --exact-match --tags 2>/dev/null); then
	mkdir -p build
	awk -v v="## ${tag#v}" 'index($0, "## ") == 1 { on = (index($0, v) == 1); next } on' CHANGELOG.md >build/notes.md
	grep -q . build/notes.md || { echo "CHANGELOG.md has no section for ${tag#v}" >&2; exit 1; }
	notes=(--release-notes build/notes.md)
fi
exec "$bin" "$@" "${notes[@]}"
