// Command bulk is the Lambda function of /Bulk.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{Only: []string{"Bulk"}}, scimstack.SCIM())
}
