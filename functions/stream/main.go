// Command stream is the Lambda function that follows the table's stream: counters, and sweeping of what an
// interrupted write left.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) { return c.Stream(os.Stdout) })
}
