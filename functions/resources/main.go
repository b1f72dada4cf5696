// Command resources is the Lambda function of the gateway's catch-all route. It receives requests
// for tenant-defined resource types, queries at the root, and every path that the gateway matches
// more strictly than SCIM clients expect (doubled slashes, different case). It therefore serves
// every endpoint.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) { return c.HTTP(os.Stdout) })
}
