// Command stream is the Lambda function that reads the table's stream. It maintains the counters, writes the
// feed, and removes what an interrupted write left. If facts are sent on, it wakes the function webhooks.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/wake"
)

func main() {
	function.Main(func(env function.Config) (lambda.Handler, error) {
		queue, err := wake.FromEnv(os.Getenv)
		if err != nil {
			return nil, err
		}
		if queue != nil {
			env.Wake = queue.Facts
		}
		return env.Stream(os.Stdout, nil)
	})
}
