package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// schemaCommand manages the schemas and resource types of tenants.
func schemaCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "schema", Short: "Check schemas, and manage those of a tenant"}
	cmd.AddCommand(schemaLintCommand(), schemaListCommand(), schemaPutCommand(), schemaRemoveCommand())
	return cmd
}

// documentsIn reads the documents of files, and of the .json files of folders.
func documentsIn(paths []string) (docs []json.RawMessage, names []string, err error) {
	for _, path := range paths {
		files := []string{path}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil || len(files) == 0 {
				return nil, nil, usagef("the folder %s has no .json file; put schemas into it as RFC 7643 §7 writes them", path)
			}
			slices.Sort(files)
		}
		for _, file := range files {
			data, err := namedFile(file, "name files with schemas as RFC 7643 §7 writes them")
			switch {
			case err != nil:
				return nil, nil, err
			case !json.Valid(data):
				return nil, nil, usagef("%s is not JSON; write a Schema or a ResourceType of RFC 7643 §7 into it", file)
			}
			docs, names = append(docs, data), append(names, file)
		}
	}
	return docs, names, nil
}

// inFiles names the file instead of its number in the errors of documents.
func inFiles(err error, names []string) error {
	var e *admin.Error
	if !errors.As(err, &e) {
		return err
	}
	for i := range e.Problems {
		for n, name := range names {
			if rest, ok := strings.CutPrefix(e.Problems[i].Field, fmt.Sprintf("documents[%d]", n)); ok {
				e.Problems[i].Field = strings.TrimSuffix(name+" "+strings.TrimPrefix(rest, "."), " ")
			}
		}
	}
	return err
}

// lintRow is a resource type that files define.
type lintRow struct {
	Type       string   `json:"type"`
	Endpoint   string   `json:"endpoint"`
	Schema     string   `json:"schema"`
	Extensions []string `json:"extensions"`
}

func schemaLintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "lint FILE…", Short: "Check schemas in files or folders, without a store", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			docs, names, err := documentsIn(args)
			if err != nil {
				return err
			}
			types, err := admin.Load(docs)
			if err != nil {
				return inFiles(err, names)
			}
			rows := make([]lintRow, len(types))
			for i, rt := range types {
				rows[i] = lintRow{Type: rt.Name, Endpoint: rt.Endpoint, Schema: rt.Schema.ID}
				for _, e := range rt.Extensions {
					rows[i].Extensions = append(rows[i].Extensions, e.Schema.ID)
				}
			}
			return printRows(cmd, rows)
		},
	}
	addOutput(cmd)
	return cmd
}

// schemaRow is a line of the list.
type schemaRow struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

func schemaListCommand() *cobra.Command {
	cmd := adminCommand("list TENANT", "List the schemas and resource types that a tenant adds; -o json has the documents", func(a *administration) error {
		s, err := a.Schemas(a.ctx(), a.args[0])
		if err != nil {
			return err
		}
		return showList(a.cmd, s.Documents, func(d *admin.SchemaDocument) schemaRow { return schemaRow{d.Kind, d.ID} })
	})
	return cmd
}

// schemaFlags are the flags of a change of schemas.
func schemaFlags(cmd *cobra.Command, o *admin.SchemaOptions) {
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "report what would happen and what stored resources contradict, and change nothing")
	cmd.Flags().IntVar(&o.MaxRead, "max-read", 0, "stored resources that are read at most (default 20000)")
	cmd.Flags().BoolVar(&o.AcceptUnread, "accept-unread", false, "go on although not all stored resources were read")
	cmd.Flags().Int64Var(&o.Version, "version", 0, "change this version of the tenant only, as tenant show prints it")
}

func schemaPutCommand() *cobra.Command {
	var o admin.SchemaOptions
	cmd := adminCommand("put TENANT FILE…", "Add or replace schemas and resource types, unless stored resources contradict them", func(a *administration) error {
		docs, names, err := documentsIn(a.args[1:])
		if err != nil {
			return err
		}
		r, err := a.PutSchemas(a.ctx(), a.args[0], admin.SchemaInput{Documents: docs, SchemaOptions: o})
		if err != nil {
			return inFiles(err, names)
		}
		return a.showReport(r)
	})
	schemaFlags(cmd, &o)
	return cmd
}

func schemaRemoveCommand() *cobra.Command {
	var o admin.SchemaOptions
	cmd := adminCommand("remove TENANT SCHEMA", "Remove a schema by its URN, or a resource type by its name", func(a *administration) error {
		r, err := a.RemoveSchema(a.ctx(), a.args[0], a.args[1], o)
		if err != nil {
			return err
		}
		return a.showReport(r)
	})
	schemaFlags(cmd, &o)
	return cmd
}

// reportRow is a report as a table.
type reportRow struct {
	Applied bool     `json:"applied"`
	Added   []string `json:"added"`
	Changed []string `json:"changed"`
	Removed []string `json:"removed"`
	Read    int      `json:"read" col:"resources read"`
	All     bool     `json:"all" col:"all of them"`
	Version int64    `json:"version"`
}

// showReport prints what a change of schemas did, or would do.
func (a *administration) showReport(r *admin.SchemaReport) error {
	if err := show(a.cmd, r, reportRow{r.Applied, r.Added, r.Changed, r.Removed, r.Read, r.All, r.Version}); err != nil {
		return err
	}
	for _, b := range r.Breaks {
		note(a.cmd, "%s %s: %d stored resources contradict it: %s (%s)", b.Type, b.Attribute, b.Count, b.Reason, strings.Join(b.IDs, ", "))
	}
	remark(a.cmd, r.Note)
	return nil
}
