#!/usr/bin/env bash
# Runs staticcheck, gosec and govulncheck on every module. Tools have a fixed version and are installed into bin/.
# staticcheck reports nothing. Each note of gosec is mended or listed with a reason in scripts/security/gosec.tsv. If the
# vulnerability database cannot be reached, the check of govulncheck is skipped, and the output says so.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
modules=${MODULES:-. bench infra/cdk internal/clients/github}

. scripts/tool.sh
tool staticcheck v0.8.2 honnef.co/go/tools/cmd/staticcheck
staticcheck=$bin
tool gosec v2.23.0 github.com/securego/gosec/v2/cmd/gosec
gosec=$bin
tool govulncheck v1.9.0 golang.org/x/vuln/cmd/govulncheck
govulncheck=$bin

failed=0
reports=()
# One small package first: govulncheck loads all packages before it asks for the database.
unreachable=$("$govulncheck" ./internal/tools/securitynotes 2>&1 | grep -m1 '^govulncheck: fetching vulnerabilities' || true)
for module in $modules; do
	printf '%s: ' "$module"
	cd "$root/$module"
	"$staticcheck" ./... && echo "staticcheck: clean" || { echo "staticcheck: notes above"; failed=1; }
	report="$root/bin/gosec-$(tr / - <<<"${module/#./root}").json"
	rm -f "$report"
	inner=() # gosec searches folders, also those that belong to another module
	for other in $modules; do [ "$module" = . ] && [ "$other" != . ] && inner+=("-exclude-dir=$other"); done
	"$gosec" -no-fail -fmt json -out "$report" "${inner[@]}" ./... >"$report.log" 2>&1 || { cat "$report.log"; failed=1; } # -quiet writes no empty report
	reports+=("$report")
	[ -z "$unreachable" ] || continue
	"$govulncheck" ./... && echo "govulncheck: clean" || { echo "govulncheck: notes above"; failed=1; }
done
cd "$root"
go run ./internal/tools/securitynotes scripts/security/gosec.tsv "${reports[@]}" || failed=1
if [ -n "$unreachable" ]; then
	echo "NOT CHECKED for known vulnerabilities: the database cannot be reached"
	echo "  $unreachable"
fi
exit $failed
