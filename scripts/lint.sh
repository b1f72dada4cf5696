#!/usr/bin/env bash
# Runs gofmt, the word list of internal/tools/words, a limit on the cyclomatic complexity, actionlint
# and golangci-lint, which has go vet. Tools have a fixed version and are installed into bin/.
set -euo pipefail
cd "$(dirname "$0")/.."
sources=$(git ls-files '*.go')
# shellcheck disable=SC2086 # one word per file
unformatted=$(gofmt -l $sources)
if [ -n "$unformatted" ]; then
	echo "not gofmt-ed: $unformatted"
	exit 1
fi
go run ./internal/tools/words

. scripts/tool.sh

# Fewer than 1 % of the functions, without tests, may have a cyclomatic complexity over 15.
tool gocyclo v0.6.0 github.com/fzipp/gocyclo/cmd/gocyclo
product=$(grep -v '_test\.go$' <<<"$sources")
# shellcheck disable=SC2086
total=$("$bin" $product | wc -l)
# shellcheck disable=SC2086
over=$("$bin" -over 15 $product || true) # exits 1 if there are any
count=$(printf '%s' "$over" | grep -c . || true)
echo "cyclomatic complexity over 15: $count of $total functions"
if [ $((count * 100)) -ge "$total" ]; then
	printf 'at least 1 %% of the functions are too complex:\n%s\n' "$over"
	exit 1
fi

# The workflows of GitHub.
tool actionlint v1.7.12 github.com/rhysd/actionlint/cmd/actionlint
"$bin" -no-color .github/workflows/*.yml
echo "actionlint: clean"

tool golangci-lint v2.14.0 github.com/golangci/golangci-lint/v2/cmd/golangci-lint
"$bin" run ./...
