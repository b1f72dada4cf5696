// Command resources is the Lambda function of the gateway's catch-all route. It receives requests
// for tenant-defined resource types, queries at the root, and every path that the gateway matches
// more strictly than SCIM clients expect (doubled slashes, different case). It therefore serves
// every endpoint.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.Start(scimstack.Config{}, scimstack.SCIM())
}
