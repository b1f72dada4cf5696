#!/usr/bin/env bash
# The tests of the DynamoDB store at full size, without the race detector that shrinks them: a group of
# 100,000 members, pages among 100,000 users, crowds, a process killed 20 times in a write of 5,000.
set -euo pipefail
cd "$(dirname "$0")/.."
go test -count=1 -timeout 20m ./pkg/dynamo -v -run 'TestKilled|TestHundred|TestPages|TestCrowds$|TestModel' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
