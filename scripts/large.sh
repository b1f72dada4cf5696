#!/usr/bin/env bash
# The tests of the DynamoDB store and of its engine at full size, without the race detector: a group of 100,000 members,
# pages among 100,000 users, crowds, a process killed 20 times in a write of 5,000.
set -euo pipefail
cd "$(dirname "$0")/.."
SCIMSTACK_LARGE=1 go test -p 1 -count=1 -timeout 20m ./pkg/dynamo ./internal/dynamotest -v -run 'TestKilled|TestHundred|TestPages|TestCrowds$|TestModel|TestLarge' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
