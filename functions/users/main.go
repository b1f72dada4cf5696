// Command users is the Lambda function of /Users and /Me.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) { return c.HTTP(os.Stdout, "Users") })
}
