// Command stream is the Lambda function that reads the table's stream. It maintains the counters
// and removes what an interrupted write left.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/awslambda"
)

func main() {
	awslambda.StartStream(scimstack.Config{})
}
