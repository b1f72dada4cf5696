// Command deploylane deploys the synthesised templates of every customer variation to an emulator of AWS, and uses what
// it has deployed. scripts/deploy-lane.sh starts the emulator and calls it:
//
//	variations.go   a customer file for each variation
//	      │ synth.go: cdk app (CDK_OUTDIR, CDK_CONTEXT_JSON), cfn-lint
//	      ▼
//	templates and assets
//	      │ stack.go, assets.go, table.go: S3, SSM, CloudFormation over aws.go
//	      ▼
//	CREATE_COMPLETE ── front.go: a host for the gateway's stage
//	      │                 ├ drive.go: a user, the stream function, recorded traffic
//	      │                 ├ facts.go, worker.go: a deactivation at a webhook and on the bus
//	      │                 ├ deployed_test.go: transcripts, an MCP client
//	      │                 └ switch.go: updates under load
//	      ▼
//	deleted ── left.go: only what is meant to stay is left
//
// docs/advanced/architecture-aws.md lists what the emulator cannot show. A variation that needs one of these is created
// and deleted only, or only synthesised and linted; the output says so.
package main
