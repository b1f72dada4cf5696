#!/usr/bin/env bash
# Prints the zip size of every function and the time from process start to the first poll of the
# Runtime API. Fails if a zip is larger than 4 MB (5 MB for mcp, which contains the MCP SDK, and 7 MB for admin,
# which contains the library of its OpenAPI document too). The
# time depends on the machine and is only printed (goal: 6 ms on x86-64).
set -euo pipefail
cd "$(dirname "$0")/.."
./scripts/build-functions.sh
failed=0
for zip in build/*/*.zip; do
	size=$(wc -c <"$zip")
	echo "$zip: $((size / 1024)) KB"
	limit=$((4 << 20))
	[ "$(basename "$zip")" != mcp.zip ] || limit=$((5 << 20))
	[ "$(basename "$zip")" != admin.zip ] || limit=$((7 << 20))
	if [ "$size" -gt $limit ]; then
		echo "$zip is larger than $limit bytes"
		failed=1
	fi
done
case $(uname -m) in
x86_64) arch=x86_64 ;;
*) arch=arm64 ;;
esac
if [ "$(uname -s)" = Linux ]; then
	go run ./internal/lambdarun/coldstart -n 40 build/$arch/*/bootstrap
else
	echo "skipped: the functions run on Linux only, so the cold start is not measured here"
fi
exit $failed
