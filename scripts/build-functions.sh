#!/usr/bin/env bash
# Builds the functions for the given architectures (arm64 and x86_64 by default):
#   build/<arch>/<function>/bootstrap   for SAM and `scimstack lambda`
#   build/<arch>/<function>.zip         for a deployment
# OWN names the folder of a program of your own, the property "functions" of a customer file; it becomes
#   build/<arch>/own/bootstrap  and  build/<arch>/own.zip
# The same source gives the same bytes. OUT names another folder than build, FUNCTIONS the functions to
# build instead of all; ZIP=no leaves out the zips, which take longer than the build.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${OUT:-build}
zip=${ZIP:-yes}
packages=()
for name in ${FUNCTIONS:-...}; do packages+=("./functions/$name"); done
[ $# -gt 0 ] || set -- arm64 x86_64
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
[ "$zip" = no ] || go build -o "$tools/pack" ./internal/lambdarun/pack
for arch in "$@"; do
	case $arch in
	arm64) goarch=arm64 ;;
	x86_64) goarch=amd64 ;;
	*) echo "unknown architecture $arch; use arm64 or x86_64" >&2; exit 2 ;;
	esac
	mkdir -p "$tools/$arch"
	# HTTP/2 is left out: DynamoDB and the Lambda Runtime API speak HTTP/1.1, and it would add 140 KB to each zip.
	# No commit id is stamped in: a stamp would change every function with every commit.
	# Without inlining, what sets up connections, speaks to AWS and the operating system, checks signatures, and writes the
	# texts of errors is 300 KB smaller in each zip. Its inner loops are assembly; our own code, but for the store that waits
	# for DynamoDB, the provisioning log, the check of access tokens, and what programs share, and encoding/json are inlined.
	small=()
	for path in github.com/aws/... github.com/awslabs/... github.com/golang-jwt/... golang.org/x/... vendor/... net/... crypto/... math/big \
		encoding/asn1 fmt mime/... compress/... text/... log/... os/... path/... regexp/... io/fs \
		time encoding/hex syscall internal/poll internal/syscall/... internal/oserror errors context \
		github.com/scimstack/scimstack/pkg/dynamo github.com/scimstack/scimstack/pkg/activity github.com/scimstack/scimstack/pkg/oauth/... github.com/scimstack/scimstack/internal/...; do small+=("-gcflags=$path=-l"); done
	build=(env CGO_ENABLED=0 GOOS=linux GOARCH=$goarch go build -trimpath -buildvcs=false -ldflags '-s -w' -tags lambda.norpc,nethttpomithttp2
		"${small[@]}")
	"${build[@]}" -o "$tools/$arch/" "${packages[@]}"
	[ -z "${OWN:-}" ] || (cd "$OWN" && "${build[@]}" -o "$tools/$arch/own" .) # may be in another module
	for binary in "$tools/$arch"/*; do
		name=$(basename "$binary")
		mkdir -p "$out/$arch/$name"
		mv "$binary" "$out/$arch/$name/bootstrap"
		rm -f "$out/$arch/$name.zip" # it would hold the bootstrap of an earlier build
		[ "$zip" = no ] || "$tools/pack" "$out/$arch/$name/bootstrap" "$out/$arch/$name.zip"
	done
done
