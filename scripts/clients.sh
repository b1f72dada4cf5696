#!/usr/bin/env bash
# Drives released SCIM clients through the life of a user and a group against `scimstack dev` and prints each step.
# A step that is listed in scripts/clients-expected.txt must fail; every other step must pass. A client that cannot
# be installed is skipped with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
go build -o bin/scimstack ./cmd/scimstack
: >bin/clients.out
bin/scimstack dev --addr 127.0.0.1:0 --tenant name=github,token=tester --tenant name=scimsdk,token=tester >bin/clients-dev.out 2>bin/clients-dev.err &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do grep -q ready bin/clients-dev.out && break; sleep 0.1; done
base=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/scim/v2' bin/clients-dev.out | head -1)

# google/go-github
if (cd internal/clients/github && go build -o ../../../bin/client-github .) 2>bin/clients-build.err; then
	bin/client-github "$base/github" tester >>bin/clients.out
elif (cd internal/clients/github && go mod download) >/dev/null 2>&1; then
	cat bin/clients-build.err
	exit 1
else
	echo "skipped: google/go-github cannot be downloaded: $(tail -1 bin/clients-build.err)"
fi

# SCIM-SDK
maven=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath
if ! command -v mvn >/dev/null || ! command -v java >/dev/null; then
	echo "skipped: SCIM-SDK needs mvn and java"
elif ! timeout 300 mvn -q -B -f internal/clients/scimsdk/pom.xml "$maven" -Dmdep.outputFile="$PWD/bin/scimsdk.classpath" >bin/clients-mvn.out 2>&1; then
	echo "skipped: Maven cannot resolve SCIM-SDK: $(grep -m 1 ERROR bin/clients-mvn.out | cut -c1-160)"
else
	java -cp "$(cat bin/scimsdk.classpath)" internal/clients/scimsdk/LifeCycle.java "$base/scimsdk" tester >>bin/clients.out
fi

awk -F '\t' '
	NR == FNR { if ($0 !~ /^#/ && NF) { split($0, w, " "); why[w[1]] = substr($0, length(w[1]) + 2) } next }
	{
		key = $1 "/" $2; ran[$1] = 1; seen[key] = 1
		failed = $3 != "ok"; expected = key in why
		if (failed && expected) print "known  " key ": " why[key]
		else if (failed) { print "FAIL   " key ": " substr($4, 1, 300); bad++ }
		else if (expected) { print "FAIL   " key " passes, but scripts/clients-expected.txt lists it"; bad++ }
		else print "ok     " key
	}
	END {
		for (key in why) { split(key, w, "/"); if (ran[w[1]] && !seen[key]) { print "FAIL   scripts/clients-expected.txt names " key ", which is no step"; bad++ } }
		exit bad > 0
	}' scripts/clients-expected.txt bin/clients.out
