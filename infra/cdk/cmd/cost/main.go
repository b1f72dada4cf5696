// Command cost prints the estimated monthly cost of a customer's deployment.
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

// width of the first column.
const width = 42

func main() {
	name := flag.String("customer", "example", "name of a customer file, without .json")
	dir := flag.String("customers", "customers", "folder of the customer files")
	figures := flag.String("figures", "../../pkg/dynamo/testdata", "folder with the request units of each operation")
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
	fmt.Printf("%s: US dollars per month, us-east-1 list prices\n", c.Name)
	fmt.Printf("One tenant has 10,000 users, polls every 40 minutes and changes 1 %% of its users per day:\n")
	fmt.Printf("%.0f requests, %.0f read units and %.0f write units per month.\n\n", t.Requests, t.Reads, t.Writes+t.LogWrites)
	fmt.Printf("%-*s", width, "tenants")
	for _, n := range counts {
		fmt.Printf("%12d", n)
	}
	columns := make([][]cost.Line, len(counts))
	for i, n := range counts {
		columns[i] = cost.Estimate(c, n, t)
	}
	for row, line := range columns[0] {
		fmt.Printf("\n%-*s", width, line.What)
		for _, column := range columns {
			fmt.Printf("%12.2f", column[row].Dollars)
		}
	}
	fmt.Printf("\n%-*s", width, "total")
	for _, column := range columns {
		fmt.Printf("%12.2f", cost.Total(column))
	}
	fmt.Println()
	return nil
}
