// Command cdk is the CDK app. It synthesises the CloudFormation stacks of one customer:
//
//	cdk synth -c customer=acme [-c arch=x86_64] [-c customers=DIR] [-c assets=DIR] [-c endpoint=URL]
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
	"github.com/scimstack/scimstack/infra/cdk/stack"
)

func main() {
	app := awscdk.NewApp(nil)
	err := run(app)
	if err == nil {
		app.Synth(nil)
	}
	jsii.Close()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(app awscdk.App) error {
	name := context(app, "customer", "")
	if name == "" {
		return fmt.Errorf("no customer given: pass -c customer=<name> for the file customers/<name>.json")
	}
	c, err := deployment.Read(context(app, "customers", "customers"), name)
	if err != nil {
		return err
	}
	arch := context(app, "arch", "arm64")
	if arch != "arm64" && arch != "x86_64" {
		return fmt.Errorf("-c arch=%s: must be arm64 or x86_64", arch)
	}
	stack.Build(app, c, stack.Options{Arch: arch, Assets: context(app, "assets", "../../build"), Endpoint: context(app, "endpoint", "")})
	return nil
}

// context returns the context value of a key, or the default if the value is missing or empty.
func context(app awscdk.App, key, fallback string) string {
	if v, ok := app.Node().TryGetContext(jsii.String(key)).(string); ok && v != "" {
		return v
	}
	return fallback
}
