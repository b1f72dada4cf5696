// Command functions prints the property "functions" of a customer file, for scripts/cdk.sh:
//
//	go run ./cmd/functions acme
package main

import (
	"fmt"
	"os"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: functions CUSTOMER")
		os.Exit(2)
	}
	c, err := deployment.Read("customers", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(c.Functions)
}
