// Command resources is the Lambda function behind the gateway's default route: resource types that a tenant defines,
// queries at the root, and every path that the gateway does not compare as we do (doubled
// slashes, other letter case). Therefore it serves all endpoints.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) { return c.HTTP(os.Stdout) })
}
