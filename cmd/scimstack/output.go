package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// How a command prints data. It has a struct with one field for each thing that it prints:
//
//	type tokenRow struct {
//		KeyID   string    `json:"keyId" col:"key"`       // column KEY
//		Scopes  []string  `json:"scopes"`                // column SCOPES: read,write
//		Created time.Time `json:"created,omitzero"`      // RFC 3339; "-" in the table if zero
//		Expires time.Time `json:"expires,omitzero"`
//		Comment string    `json:"comment" col:"-"`       // not in the table
//	}
//
//	addOutput(cmd)                       // once, where the command is made: the flag -o
//	return printRows(cmd, rows)          // a list: one line for each element, below a header
//	return printRow(cmd, row)            // one thing: one line for each field
//	note(cmd, "%d tokens expire soon", n) // a sentence for people, which a script does not see
//
// The names of JSON and YAML are those of the json tag; they are an interface, do not change them. Without a col tag the
// heading is made of the JSON name: lastUsed becomes LAST USED. The order is that of the struct; embedded structs are
// part of it. A list is always an array, [] without elements, and so is a field that is a slice. Print everything with
// one call, after the work: the output of a command is one document.
//
// A cell is the value's String or MarshalText method, if it has one; a slice is joined with commas, a bool is yes or no,
// an empty value is "-". A type with the method tone() tone is coloured, on a terminal.

// outputFlag is the name of the flag -o.
const outputFlag = "output"

const (
	asTable = "table"
	asJSON  = "json"
	asYAML  = "yaml"
)

// outputFormat is the value of -o.
type outputFormat string

func outputFormats() []string { return []string{asTable, asJSON, asYAML} }

// String, Set and Type make it the value of a flag.
func (o *outputFormat) String() string { return string(*o) }

// Type is the placeholder in the help.
func (o *outputFormat) Type() string { return "format" }

// Set checks the format.
func (o *outputFormat) Set(s string) error {
	if !slices.Contains(outputFormats(), s) {
		return unknownValue("output format", s, outputFormats())
	}
	*o = outputFormat(s)
	return nil
}

// addOutput gives a command the flag -o.
func addOutput(cmd *cobra.Command) {
	format := outputFormat(asTable)
	cmd.Flags().VarP(&format, outputFlag, "o", "output format: table, json or yaml")
}

// formatOf returns the format that -o names; table for a command without it.
func formatOf(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup(outputFlag); f != nil {
		return f.Value.String()
	}
	return asTable
}

// printRows prints a list as -o says. Without elements, a table says so on standard error.
func printRows[T any](cmd *cobra.Command, rows []T) error {
	if formatOf(cmd) != asTable {
		all := make([]T, len(rows))
		for i := range rows {
			all[i] = withLists(rows[i])
		}
		return encode(cmd.OutOrStdout(), formatOf(cmd), all)
	}
	if len(rows) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "nothing found")
		return nil
	}
	out := cmd.OutOrStdout()
	columns := columnsOf(reflect.TypeFor[T]())
	t := textTable{colour: coloured(cmd, out)}
	for _, c := range columns {
		t.header = append(t.header, strings.ToUpper(c.label))
	}
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		line := make([]cell, len(columns))
		for j, c := range columns {
			line[j] = cellOf(v.FieldByIndex(c.index))
		}
		t.lines = append(t.lines, line)
	}
	return t.write(out)
}

// printRow prints one thing as -o says: one object, or a line for each field that has a value.
func printRow[T any](cmd *cobra.Command, row T) error {
	if formatOf(cmd) != asTable {
		return encode(cmd.OutOrStdout(), formatOf(cmd), withLists(row))
	}
	out := cmd.OutOrStdout()
	t := textTable{colour: coloured(cmd, out)}
	v := reflect.ValueOf(&row).Elem()
	for _, c := range columnsOf(v.Type()) {
		if f := v.FieldByIndex(c.index); !c.optional || !f.IsZero() {
			t.lines = append(t.lines, []cell{{text: c.label, tone: toneLabel}, cellOf(f)})
		}
	}
	return t.write(out)
}

// note prints a sentence for people: to standard output beside a table, otherwise to standard error, so that the
// output is one document.
func note(cmd *cobra.Command, format string, args ...any) {
	out := cmd.OutOrStdout()
	if formatOf(cmd) != asTable {
		out = cmd.ErrOrStderr()
	}
	fmt.Fprintf(out, format+"\n", args...)
}

// withLists returns a row whose slices are never null.
func withLists[T any](row T) T {
	v := reflect.ValueOf(&row).Elem()
	if v.Kind() != reflect.Struct {
		return row
	}
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Type.Kind() == reflect.Slice && f.IsExported() && len(f.Index) == 1 && v.FieldByIndex(f.Index).IsNil() {
			v.FieldByIndex(f.Index).Set(reflect.MakeSlice(f.Type, 0, 0))
		}
	}
	return row
}
