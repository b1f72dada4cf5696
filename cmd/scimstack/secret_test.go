package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpWithoutVariables: a help text names variables and has none of their values, in any command: they may be secrets. The flags
// have them all the same.
func TestHelpWithoutVariables(t *testing.T) {
	const secret = "postgres://scim:hush-hush@127.0.0.1/scim"
	names := []string{"AWS_ENDPOINT_URL_DYNAMODB", envOperator, envStore}
	walk(root(), func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Value.Type() == "string" {
				names = append(names, variable(f.Name))
			}
		})
	})
	for _, name := range names {
		t.Setenv(name, secret)
	}
	set := 0
	walk(root(), func(c *cobra.Command) {
		if strings.Contains(c.UsageString(), "hush") {
			t.Errorf("%s --help shows the value of a variable", c.CommandPath())
		}
		if f := c.Flags().Lookup("store"); f != nil && f.Value.String() == secret {
			set++
		}
	})
	if set < 20 {
		t.Errorf("only %d commands take %s", set, envStore)
	}
}

// TestStoreWithoutPassword: no message about a database has its password, wherever the URL has it, nor has the cause that -v shows.
func TestStoreWithoutPassword(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]string{
		"postgres://scim:hush@127.0.0.1:1/db?sslmode=disable":     "--store …@127.0.0.1:1/db:",
		"postgres://scim@127.0.0.1:1/db?password=hush":            "--store …@127.0.0.1:1/db:",
		"postgres://127.0.0.1:1/db?password=hush":                 "--store postgres://127.0.0.1:1/db:",
		"postgres://127.0.0.1:1/db?password=hush@x":               "--store postgres://…:",
		"postgres://scim:hu%zzsh@127.0.0.1/db":                    "write %40 for @",
		"postgres://scim:1?hush@127.0.0.1/db":                     "--store postgres://…:",
		"postgres://scim:hush#@127.0.0.1/db":                      "write %40 for @",
		"postgres://scim:hush@127.0.0.1:99999999/db":              "invalid port",
		"postgres://127.0.0.1:1/db?password=hush&sslmode=unknown": "sslmode is invalid",
		"postgre://scim:hush@127.0.0.1/db":                        "use sqlite:FILE",
		"host=127.0.0.1 password=hush":                            "use sqlite:FILE",
	} {
		f := storeFlags{place: place}
		b, err := f.open(t.Context(), slog.New(slog.DiscardHandler))
		if err == nil {
			b.close()
			t.Fatal(place)
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", place, err)
		}
		for _, text := range []string{redacted(place), fmt.Sprint(err), fmt.Sprint(errors.Unwrap(err))} {
			if strings.Contains(text, "hush") || strings.Contains(text, "hu%zzsh") {
				t.Errorf("%s: %s", place, text)
			}
		}
	}
}
