// Command activity is the Lambda function of /activity and /events. It serves the provisioning log and the feed of changes,
// read-only.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{}, scimstack.Activity(), scimstack.Events())
}
