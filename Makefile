.DEFAULT_GOAL := help
GO ?= go
SHELL := /bin/bash
export CUSTOMER

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

dev: ## run the whole API in one process with sample tenants
	$(GO) run ./cmd/scimstack dev

demo: ## simulated identity providers prove what the service does, in one process
	$(GO) run ./cmd/scimstack demo

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

large: ## the DynamoDB store at full size: 100,000 members, crowds, kill -9 in mid-write
	./scripts/large.sh

moto: ## the DynamoDB store and its contract on moto, an engine that somebody else wrote
	./scripts/moto.sh

mcp-conformance: ## the official MCP conformance and inspector tools
	./scripts/mcp-conformance.sh

build: ## bootstrap and zip of every function, arm64 and x86-64
	./scripts/build-functions.sh

lambda-local: ## the real functions behind a local gateway, on the in-process engine
	$(GO) run ./cmd/scimstack lambda

lambda-size: ## size of every function's zip, time to its first poll
	./scripts/lambda-size.sh

synth: ## CloudFormation templates of CUSTOMER, offline
	./scripts/synth.sh

diff: ## what a deployment of CUSTOMER would change
	./scripts/cdk.sh diff

deploy: ## deploy CUSTOMER into its AWS account
	./scripts/cdk.sh deploy --all

destroy: ## take the service of CUSTOMER down; the table stays
	./scripts/cdk.sh destroy scimstack-$(CUSTOMER)

cost: ## what a month costs for 0, 10 and 1,000 tenants
	./scripts/cost.sh

test-infra: ## the templates: assertions, golden files, cdk-nag, policies, cfn-lint
	./scripts/test-infra.sh

sam-local: ## the synthesised template in SAM CLI (needs Docker)
	./scripts/sam-local.sh

sam-lane: ## the recorded traffic through SAM CLI; starts Docker where it can
	./scripts/sam-lane.sh

ci: ## the wider lanes behind `make test`
	./scripts/ci.sh

.PHONY: help dev demo test compliance lint cover fuzz bench scim2-tester large moto mcp-conformance build lambda-local \
	lambda-size synth diff deploy destroy cost test-infra sam-local sam-lane ci
