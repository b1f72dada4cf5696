// Command deploylane deploys the synthesised templates of every customer variation to an emulator of AWS, and uses what
// it has deployed. scripts/deploy-lane.sh starts the emulator and calls it:
//
//	variations.go   a customer file for each variation
//	      │ cdk app (CDK_OUTDIR, CDK_CONTEXT_JSON)
//	      ▼
//	templates and assets ── cfn-lint
//	      │ stack.go, assets.go: S3, SSM, CloudFormation over aws.go
//	      ▼
//	CREATE_COMPLETE ── drive.go: recorded traffic through the gateway, the stream function
//	      │
//	      ▼
//	deleted ── only what is meant to stay is left
//
// So far the variations http and single, and those that are only created; see variations.go. Not yet: transcripts, an MCP
// client, the update split → single → split under load, and an existing table.
//
// The emulator enforces no IAM, does not know associations of AWS WAF, and does not serve an imported REST API. A
// variation that needs one of these is created and deleted only; the output says so.
package main
