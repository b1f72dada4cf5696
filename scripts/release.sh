#!/usr/bin/env bash
# What a release contains, without making one: `go install` of a version, from a module proxy of files made of this commit;
# the image of that program, started in a chroot, and its health check; the licences; the changelog; the Terraform module.
# `make snapshot` builds all platforms.
set -euo pipefail
cd "$(dirname "$0")/.."
SCIMSTACK_RELEASE=1 go test -count=1 -timeout 15m ./internal/release -v | grep -E '^ *(---|ok|FAIL|panic)|_test.go:[0-9]+:'
scripts/terraform.sh
