// Command webhooks is the Lambda function that sends facts on: to webhooks, and to a bus of EventBridge.
package main

import "github.com/scimstack/scimstack/pkg/awslambda/tablefeed"

func main() { tablefeed.Start() }
