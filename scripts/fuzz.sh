#!/usr/bin/env bash
# Runs every fuzz target for a short time (FUZZTIME, default 5s).
set -euo pipefail
cd "$(dirname "$0")/.."
for file in $(git grep -l '^func Fuzz' -- '*_test.go'); do
	dir=$(dirname "$file")
	for target in $(grep -o '^func Fuzz[A-Za-z0-9]*' "$file" | sed 's/func //'); do
		echo "== $dir $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" "./$dir"
	done
done
