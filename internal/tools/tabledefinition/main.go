// Command tabledefinition prints the table definition of pkg/dynamo as JSON. scripts/table-equal.sh
// compares it with the deployed table.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(dynamo.Definition("scimstack")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
