#!/usr/bin/env bash
# Runs the tests of the DynamoDB store at full size. The race detector would make them smaller, so
# it is off. They cover a group of 100,000 members, pages among 100,000 users, many concurrent
# writers, and a process that is killed 20 times while it writes 5,000 members.
set -euo pipefail
cd "$(dirname "$0")/.."
go test -count=1 -timeout 20m ./pkg/dynamo -v -run 'TestKilled|TestHundred|TestPages|TestCrowds$|TestModel' |
	grep -E '^(---|ok|FAIL|panic)|_test.go:[0-9]+:'
