// Command apilist prints the exported API of the module, one declaration per line. Run it in the
// root of the module; internal/apilist describes the format.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/scimstack/scimstack/internal/apilist"
)

func main() {
	lines, err := apilist.List(context.Background(), ".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "apilist:", err)
		os.Exit(1)
	}
	for _, l := range lines {
		fmt.Println(l)
	}
}
