#!/usr/bin/env bash
# Runs gofmt, go vet, the word list of internal/tools/words, and golangci-lint at a fixed version.
set -euo pipefail
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l $(git ls-files '*.go'))
if [ -n "$unformatted" ]; then
	echo "not gofmt-ed: $unformatted"
	exit 1
fi
go vet ./...
go run ./internal/tools/words
version=v2.14.0
bin="$PWD/bin/golangci-lint-$version"
if [ ! -x "$bin" ]; then
	mkdir -p bin
	GOBIN="$PWD/bin" GOFLAGS= go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
	mv bin/golangci-lint "$bin"
fi
"$bin" run ./...
