// Command discovery is the Lambda function of /ServiceProviderConfig, /ResourceTypes and /Schemas.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{Only: []string{"ServiceProviderConfig", "ResourceTypes", "Schemas"}}, scimstack.SCIM())
}
