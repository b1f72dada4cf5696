#!/usr/bin/env bash
# Checks infra/terraform, each part where its tool is, and says which parts were not:
#   resources, blocks, arguments and references, against the declarations of the provider of AWS (npm)
#   the form (terraform or tofu), and terraform validate, which needs the provider itself from Terraform's registry
# Its names and what it takes from the CDK's templates are tested by go test ./infra/cdk/terraform and ./internal/release.
set -euo pipefail
cd "$(dirname "$0")/.."
# The declarations that @cdktf/provider-aws generates from the provider's schema: of the last 5.x, and of 6.x.
fetch() {
	[ ! -d "$1/package" ] || return 0
	rm -rf "$1" && mkdir -p "$1" && cd "$1" && npm pack --silent "@cdktf/provider-aws@$2" >npm.log 2>&1 && tar xzf ./*.tgz --wildcards 'package/lib/*/index.d.ts' && rm ./*.tgz
}
for version in 19.65.1 21.22.1; do
	folder=$PWD/bin/provider-aws-$version
	if ! (fetch "$folder" "$version"); then
		rm -rf "$folder"
		echo "NOT CHECKED: the arguments of infra/terraform: npm cannot install @cdktf/provider-aws@$version"
		continue
	fi
	echo "provider $(grep -om1 'hashicorp/aws/[0-9.]*' "$folder/package/lib/lambda-function/index.d.ts"):"
	(cd infra/cdk && SCIMSTACK_AWS_PROVIDER=$folder/package go test -count=1 ./terraform -run 'TestProvider$' -v | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:')
done
program=$(command -v terraform || command -v tofu || true)
if [ -z "$program" ]; then
	echo "NOT CHECKED: the form of infra/terraform, and terraform validate: neither terraform nor tofu is installed"
	exit 0
fi
"$program" fmt -check -diff infra/terraform
echo "terraform fmt: clean"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp infra/terraform/*.tf infra/terraform/service.json "$work"
if ! timeout 60 "$program" -chdir="$work" init -backend=false -input=false -no-color >"$work/init.log" 2>&1; then
	echo "NOT CHECKED: terraform validate: the provider of AWS cannot be installed"
	grep -m1 -iE 'error|could not' "$work/init.log" | sed 's/^/  /'
	exit 0
fi
"$program" -chdir="$work" validate -no-color
