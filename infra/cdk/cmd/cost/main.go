// Command cost prints what a customer's deployment costs in a month.
//
//	go run ./cmd/cost -customer acme
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/scimstack/scimstack/infra/cdk/cost"
	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

func main() {
	name := flag.String("customer", "example", "a file of -customers")
	dir := flag.String("customers", "customers", "folder of the customers' files")
	figures := flag.String("figures", "../../pkg/dynamo/testdata/cost.golden", "units of each operation")
	flag.Parse()
	if err := run(*dir, *name, *figures); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, name, figures string) error {
	c, err := deployment.Read(dir, name)
	if err != nil {
		return err
	}
	ops, err := cost.ReadOperations(figures)
	if err != nil {
		return err
	}
	t, err := cost.Typical(ops)
	if err != nil {
		return err
	}
	counts := []int{0, 10, 1_000}
	fmt.Printf("%s, dollars a month, us-east-1 list prices\n", c.Name)
	fmt.Printf("a tenant: 10,000 users, a look every 40 minutes, 1 %% change a day: %.0f requests, %.0f read and %.0f write units\n\n", t.Requests, t.Reads, t.Writes)
	fmt.Printf("%-24s", "tenants")
	for _, n := range counts {
		fmt.Printf("%12d", n)
	}
	columns := make([][]cost.Line, len(counts))
	for i, n := range counts {
		columns[i] = cost.Estimate(c, n, t)
	}
	for row, line := range columns[0] {
		fmt.Printf("\n%-24s", line.What)
		for _, column := range columns {
			fmt.Printf("%12.2f", column[row].Dollars)
		}
	}
	fmt.Printf("\n%-24s", "total")
	for _, column := range columns {
		fmt.Printf("%12.2f", cost.Total(column))
	}
	fmt.Println()
	return nil
}
