// Command activity is the Lambda function of /activity. It serves the provisioning log, read-only.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{}, scimstack.Activity())
}
