#!/usr/bin/env bash
# Runs staticcheck, gosec and govulncheck on every module. Tools have a fixed version and are installed into bin/.
# staticcheck reports nothing. Each note of gosec is mended or listed with a reason in scripts/security/gosec.tsv. If the
# vulnerability database cannot be reached, the check of govulncheck is skipped, and the output says so.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
modules=${MODULES:-. bench infra/cdk internal/clients/github}

# tool NAME VERSION PACKAGE sets the variable NAME to the program, and installs it if it is missing.
tool() {
	local bin="$root/bin/$1-$2"
	if [ ! -x "$bin" ]; then
		mkdir -p bin
		GOBIN="$root/bin" GOFLAGS= go install "$3@$2"
		mv "bin/$1" "$bin"
	fi
	printf -v "$1" %s "$bin"
}
tool staticcheck v0.8.2 honnef.co/go/tools/cmd/staticcheck
tool gosec v2.23.0 github.com/securego/gosec/v2/cmd/gosec
tool govulncheck v1.9.0 golang.org/x/vuln/cmd/govulncheck

failed=0
reports=()
# One small package first: govulncheck loads all packages before it asks for the database.
# shellcheck disable=SC2154
unreachable=$("$govulncheck" ./internal/tools/securitynotes 2>&1 | grep -m1 '^govulncheck: fetching vulnerabilities' || true)
for module in $modules; do
	printf '%s: ' "$module"
	cd "$root/$module"
	# shellcheck disable=SC2154 # set by tool
	"$staticcheck" ./... && echo "staticcheck: clean" || failed=1
	report="$root/bin/gosec-$(tr / - <<<"${module/#./root}").json"
	rm -f "$report"
	inner=() # gosec searches folders, also those that belong to another module
	for other in $modules; do [ "$module" = . ] && [ "$other" != . ] && inner+=("-exclude-dir=$other"); done
	# shellcheck disable=SC2154
	"$gosec" -no-fail -fmt json -out "$report" "${inner[@]}" ./... >"$report.log" 2>&1 || { cat "$report.log"; failed=1; } # -quiet writes no empty report
	reports+=("$report")
	[ -z "$unreachable" ] || continue
	"$govulncheck" ./... && echo "govulncheck: clean" || failed=1
done
cd "$root"
go run ./internal/tools/securitynotes scripts/security/gosec.tsv "${reports[@]}" || failed=1
if [ -n "$unreachable" ]; then
	echo "NOT CHECKED for known vulnerabilities: the database cannot be reached"
	echo "  $unreachable"
fi
exit $failed
