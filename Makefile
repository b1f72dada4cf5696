.DEFAULT_GOAL := help
GO ?= go
SHELL := /bin/bash
export CUSTOMER

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

dev: ## run the whole API in one process with sample tenants
	$(GO) run ./cmd/scimstack dev

demo: ## run simulated identity providers against the service and check each step
	$(GO) run ./cmd/scimstack demo

test: ## run all tests with the race detector and check the generated compliance page
	./scripts/test.sh

compliance: ## regenerate docs/reference/compliance.md from a test run
	./scripts/test.sh write

lint: ## run gofmt, go vet, golangci-lint, the word list and the complexity limit
	./scripts/lint.sh

security: ## run staticcheck, gosec and govulncheck on every module
	./scripts/security.sh

cover: ## measure the coverage of the protocol core; fails below 90 %
	./scripts/cover.sh

fuzz: ## run each fuzz target for a short time
	./scripts/fuzz.sh

bench: ## measure scimstack and its peers in one run, as ratios
	cd bench && $(GO) run .

bench-http: ## measure what a request costs over HTTP, beside a server that sends the same bytes and four peers
	cd bench && for users in 1000 100000; do $(GO) run -trimpath ./http -users $$users || exit 1; done

receivers: ## webhooks and SETs of `scimstack dev`, verified by libraries of another language
	./scripts/receivers.sh

scim2-tester: ## run the independent scim2-tester against `scimstack dev`
	./scripts/scim2-tester.sh

clients: ## drive released SCIM clients through a life cycle against `scimstack dev`
	./scripts/clients.sh

large: ## test the DynamoDB store at full size, and a soak of SOAK (10m)
	./scripts/large.sh

moto: ## test the DynamoDB store and its contract on independent engines: moto and ministack
	./scripts/moto.sh

admin-api: ## send generated requests (schemathesis) to /admin/v1
	./scripts/admin-api.sh

mcp-conformance: ## run the official MCP conformance tool and inspector
	./scripts/mcp-conformance.sh

build: ## build bootstrap and zip of every function, for arm64 and x86-64
	./scripts/build-functions.sh

lambda-local: ## run the real functions behind a local gateway, on the in-process DynamoDB engine
	$(GO) run ./cmd/scimstack lambda

lambda-size: ## check the zip size of every function; measure its cold start
	./scripts/lambda-size.sh

synth: ## synthesise the CloudFormation templates of CUSTOMER, offline
	./scripts/synth.sh

diff: ## show what a deployment of CUSTOMER would change
	./scripts/cdk.sh diff

deploy: ## deploy CUSTOMER into its AWS account
	./scripts/cdk.sh deploy --all

destroy: ## delete the service of CUSTOMER; the table is retained
	./scripts/cdk.sh destroy scimstack-$(CUSTOMER)

cost: ## estimate the monthly cost of CUSTOMER for 0, 10 and 1,000 tenants
	./scripts/cost.sh

scale: ## print which partition key is full first under four large loads, by simulation
	$(GO) run ./internal/tools/scale

test-infra: ## test the templates: assertions, golden files, cdk-nag, policies, cfn-lint
	./scripts/test-infra.sh

deploy-lane: ## deploy every customer variation to an emulator of AWS, use it and destroy it (no account, no Docker)
	./scripts/deploy-lane.sh

sam-local: ## run the synthesised template in SAM CLI (needs Docker)
	./scripts/sam-local.sh

sam-replay: ## replay the recorded traffic through SAM CLI; starts Docker if it can
	./scripts/sam-replay.sh

docs: ## build the site of the guide into build/site
	./scripts/docs.sh

docs-check: ## build the site and open every page in Chromium
	./scripts/docs.sh check

release-check: ## check what a release contains: go install, the image, licences, Terraform
	./scripts/release.sh

snapshot: ## build a whole release without a tag, with goreleaser; publishes nothing
	./scripts/snapshot.sh

mutate: ## take single rules out of a copy of the source and show that their tests fail
	$(GO) run ./internal/tools/mutate

ci: ## run every check that is not part of `make test`
	./scripts/ci.sh

.PHONY: help dev demo test compliance lint security cover fuzz bench bench-http scim2-tester receivers clients large moto admin-api mcp-conformance scale build lambda-local \
	lambda-size synth diff deploy destroy cost test-infra deploy-lane sam-local sam-replay mutate ci \
	docs docs-check release-check snapshot
