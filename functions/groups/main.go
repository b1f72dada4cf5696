// Command groups is the Lambda function of /Groups.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{Only: []string{"Groups"}}, scimstack.SCIM())
}
