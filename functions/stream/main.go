// Command stream is the Lambda function that reads the table's stream. It maintains the counters
// and removes what an interrupted write left.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
)

func main() {
	function.Main(func(c function.Config) (lambda.Handler, error) { return c.Stream(os.Stdout) })
}
