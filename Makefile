.DEFAULT_GOAL := help
GO ?= go
SHELL := /bin/bash

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

dev: ## run the whole API in one process with sample tenants
	$(GO) run ./cmd/scimstack dev

test: ## all tests with the race detector; checks the generated compliance page
	./scripts/test.sh

compliance: ## write docs/reference/compliance.md anew from a test run
	./scripts/test.sh write

lint: ## gofmt, go vet, golangci-lint
	./scripts/lint.sh

cover: ## coverage of the protocol core; fails below 90 %
	./scripts/cover.sh

fuzz: ## each fuzz target for a short while
	./scripts/fuzz.sh

bench: ## the peers and ours in one run, as ratios
	cd bench && $(GO) run .

scim2-tester: ## the independent scim2-tester against `scimstack dev`
	./scripts/scim2-tester.sh

ci: lint cover fuzz scim2-tester ## the wider lanes behind `make test`
	cd bench && $(GO) vet ./... && $(GO) run . -check

.PHONY: help dev test compliance lint cover fuzz bench scim2-tester ci
