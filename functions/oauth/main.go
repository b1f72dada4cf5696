// Command oauth is the Lambda function of /oauth, the OAuth authorization server of every tenant, and of its metadata.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() { awslambda.Start(scimstack.Config{}, scimstack.OAuth()) }
