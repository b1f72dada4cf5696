#!/usr/bin/env bash
# The tests that are small by default, at full size and without the race detector. The DynamoDB store and its engine: a
# group of 100,000 members, pages among 100,000 users, crowds, a process killed 20 times in a write of 5,000. The
# functions: all bootstraps and zips are built twice and compared. PATCH: 100,000 generated operations, and old faults put
# back as mutants that must be found. Lists with groups above the limit on the DynamoDB store. The soak: 32 clients with
# faults and hang-ups, under the race detector, for SOAK (10m by default) on both stores at the same time; SOAK=0 leaves it out.
# FULL=0 leaves out what takes longest, as make ci does: the walls at the rate of the service, 100,000 members, pages
# among 100,000 users, processes killed, 100,000 operations of PATCH, fuzzing, the functions through SAM CLI, all
# variations of a deployment, coverage, a release, the site in a browser, and builds compared.
set -euo pipefail
cd "$(dirname "$0")/.."
# What takes minutes under the race detector and has less there, or is skipped (package racing), at small size. A test of
# package internal checks that skipped has every test that is skipped.
skipped='Unkind|TestReindexSpreadsOldGroups|TestMovedEdgesAreSwept|TestTenantDeleted|TestIndexInterrupted|TestRate|TestJob|TestCost$|TestCostOfStream|TestPagesDoNotGrow|TestRangesDoNotGrow|TestEdgeReaderCost|TestFarPages|TestMembersAreOneState'
skipped+='|TestReadWhile|TestRecount|TestGroupBecomesLarge|TestCheckLargeGroup|TestHundredThousandMembers|TestManagerDeletedByLeaver|TestShardsMoveTheWall|TestReplaceOverHTTP'
fewer='TestCounter|TestRangesAgree|TestRecordAllocations|TestFeed|TestPlannedEqualsNaive|TestWalks|TestLargePages|TestMemoryOverHTTP|TestIndexedEqualsPlain|TestHistories|TestOverlay|TestSurely'
go test -count=1 -timeout 20m ./pkg/dynamo ./internal/dynamotest ./internal/tools/scale ./pkg/activity ./pkg/scim/patch ./pkg/scim/engine ./pkg/scim/model \
	./internal/function ./internal/histories -v -run "$skipped|$fewer" |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
export SCIMSTACK_LARGE=1
# Writes and reads of a large group at the rate of the service, for some minutes.
full=${FULL:-1}
if [ "$full" != 0 ]; then
	go test -count=1 -timeout 20m ./pkg/dynamo -v -run 'TestParallelAdds|TestReadGrowing|TestReplaceLarge|TestReplaceOverHTTP' |
		grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
fi
soak=${SOAK:-10m}
if [ "$soak" != 0 ]; then
	mkdir -p bin
	go test -race -c -o bin/soak.test ./internal/soak
	pids=()
	for store in Memory Dynamo; do
		(cd internal/soak && SOAK=$soak exec ../../bin/soak.test -test.timeout 60m -test.v -test.run "TestSoak$store") >"bin/soak-$store.out" 2>&1 &
		pids+=($!)
	done
	failed=0
	for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
	cat bin/soak-Memory.out bin/soak-Dynamo.out
	[ $failed = 0 ] || exit 1
fi
unset SOAK
go test -p 1 -count=1 -timeout 20m ./pkg/dynamo ./internal/dynamotest -v -skip Unkind -run "$([ "$full" = 0 ] || echo 'TestHundred|TestKilled|TestPages|')TestCrowds\$|TestModel|TestLarge" |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -p 1 -count=1 -timeout 20m ./internal/suite -v -run 'TestLargeGroups|TestGrowth' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -count=1 -timeout 20m ./cmd/scimstack -v -run 'TestServeKilled|TestImportKilled' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -count=1 -timeout 20m ./pkg/transfer -v -run 'TestMatrix|TestWhileServed|TestKilled|TestUnits|TestMemory' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -count=1 -timeout 20m ./pkg/feed -v -run 'TestKilled' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
[ "$full" != 0 ] || exit 0
# Random changes, while the application of the example is killed.
go test -count=1 -timeout 20m ./examples/consumer -v -run '^TestRandom$' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# The real functions, whose consumer is killed 100 times.
go test -count=1 -timeout 20m ./internal/lambdarun -v -run '^TestKilled$' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# From the request that deactivates a user to its webhook, through the functions: the 99th percentile is below a second.
SCIMSTACK_DELIVERED=1s go test -count=1 -timeout 20m ./internal/lambdarun -v -run '^TestDelivered$' | grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# Random requests on every store: 600 histories, and 300 in a dry run.
go test -count=1 -timeout 20m ./internal/histories -v -run '^(TestHistories|TestOverlay)$' | grep -E '^ *(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# Random requests, compared with the model of the protocol: 10,000 histories.
go test -count=1 -timeout 20m ./internal/oracle -v -run '^TestOracle$' | grep -E '^ *(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# The plans of Postgres with 100,000 users.
go test -count=1 -timeout 20m ./pkg/sqlstore -v -run '^TestPlansOfPostgres$' | grep -E '^ *(---|ok|FAIL|panic)|_test.go:[0-9]+:'
# A PUT of 10,000 members, on the stores with a feed.
go test -p 1 -count=1 -timeout 20m ./pkg/memory ./pkg/sqlstore -v -run '^(TestStore|TestSQLite|TestPostgres)$/PUT_of_very_many' | grep -E '^ *(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -count=1 -timeout 20m ./pkg/scim/patch -v -run 'TestNoSilentOperation|TestOneByOne|TestMutants' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
go test -count=1 ./internal/lambdarun -v -run 'TestReproducible' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
./scripts/fuzz.sh
./scripts/sam-replay.sh
./scripts/deploy-lane.sh
./scripts/cover.sh
# What a release contains, go install among it.
./scripts/release.sh
# A whole release: programs of all platforms, and the image in a container engine.
./scripts/snapshot.sh
# Every page of the site, in a browser.
./scripts/docs.sh check
