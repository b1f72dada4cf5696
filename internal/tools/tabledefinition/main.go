// Command tabledefinition prints the table of pkg/dynamo as JSON, for the comparison with the
// deployed one.
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
