package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// configure sets the flags of a command that its line does not name: from the environment, else from a JSON file, unless
// file is "". Names that are no flags are errors.
func configure(cmd *cobra.Command, file string, lookup func(string) (string, bool)) error {
	if file == "" {
		file, _ = lookup(variable("config"))
	}
	values, err := readConfig(cmd, file)
	if err != nil {
		return err
	}
	var wrong error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || wrong != nil || f.Name == "config" || f.Name == "help" {
			return
		}
		from := "the environment variable " + variable(f.Name)
		list := values[f.Name]
		if v, ok := lookup(variable(f.Name)); ok && v != "" {
			list = []string{v}
			if f.Value.Type() == "stringArray" {
				list = strings.Fields(v)
			}
		} else {
			from = file
		}
		for _, v := range list {
			if err := cmd.Flags().Set(f.Name, v); err != nil {
				wrong = usagef("%s: %s: %w", from, f.Name, err)
			}
		}
	})
	if wrong != nil {
		return wrong
	}
	return checkValues(cmd, nil)
}

// readConfig reads the values of a file, by the names of the flags.
func readConfig(cmd *cobra.Command, file string) (map[string][]string, error) {
	if file == "" {
		return nil, nil
	}
	data, err := flagFile("config", file)
	if err != nil {
		return nil, err
	}
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, usagef("--config %s is no JSON object: %w", file, err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "config" && f.Name != "help" {
			names = append(names, f.Name)
		}
	})
	values := map[string][]string{}
	for name, v := range raw {
		if !slices.Contains(names, name) {
			return nil, usagef("--config %s: there is no flag %q; use %s", file, name, strings.Join(names, ", "))
		}
		if values[name], err = texts(v); err != nil {
			return nil, usagef("--config %s: %s: %w", file, name, err)
		}
	}
	return values, nil
}

// texts returns a value of a file as the command line would have it.
func texts(v any) ([]string, error) {
	switch v := v.(type) {
	case string:
		return []string{v}, nil
	case bool, float64:
		return []string{fmt.Sprint(v)}, nil
	case []any:
		var out []string
		for _, e := range v {
			one, err := texts(e)
			if err != nil {
				return nil, err
			}
			out = append(out, one...)
		}
		return out, nil
	}
	return nil, errors.New("use a text, a number, true, false, or a list of texts")
}
