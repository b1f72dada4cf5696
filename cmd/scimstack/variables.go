package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// variablePrefix begins the names of all environment variables of the program.
const variablePrefix = "SCIMSTACK_"

// variable is the environment variable of a flag.
func variable(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// preset sets a flag to an environment variable, if that has a value. What the help says of the default stays: the value may be a
// secret, such as the URL of a database, and a help text is copied into tickets and chats.
func preset(cmd *cobra.Command, flag, name string) {
	if value := os.Getenv(name); value != "" {
		_ = cmd.Flags().Lookup(flag).Value.Set(value) // a flag with a string takes every value
	}
}

// misspelt says which variables of an environment are nearly one of the program's: each would have no effect, and serve, for
// instance, use another store. What is not near to any belongs to others: Kubernetes sets SCIMSTACK_PORT for a service of that name.
func misspelt(cmd *cobra.Command, environment []string) {
	known := []string{envOperator, envStore}
	walk(cmd.Root(), func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { known = append(known, variable(f.Name)) })
	})
	for _, e := range environment {
		name, value, _ := strings.Cut(e, "=")
		rest, ours := strings.CutPrefix(name, variablePrefix)
		if !ours || value == "" || slices.Contains(known, name) {
			continue
		}
		var words []string
		for _, k := range known {
			words = append(words, strings.TrimPrefix(k, variablePrefix))
		}
		if near := nearest(rest, words); near != "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "scimstack: the environment variable %s has no effect; did you mean %s%s?\n", name, variablePrefix, near)
		}
	}
}
