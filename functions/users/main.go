// Command users is the Lambda function of /Users and /Me.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{Only: []string{"Users"}}, scimstack.SCIM())
}
