package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

const configPage = "../../docs/reference/configuration.md"

// TestConfigurationPage: docs/reference/configuration.md has every setting of every way to run the service, with the
// words of the source. Run it with -update to write the page.
func TestConfigurationPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# Configuration

Every setting, by the way in which you run the service. This page is made of the comments in the source, by
` + "`go test ./cmd/scimstack -run TestConfigurationPage -update`" + `.

- [scimstack serve](#scimstack-serve): flags, environment, a JSON file
- [A deployment on AWS](#a-deployment-on-aws): the customer file
- [The functions](#the-functions): environment variables, which the stacks set
- [A tenant](#a-tenant): settings that take effect within a minute
- [A Go program](#a-go-program): ` + "`scimstack.Config`" + `

## scimstack serve

A flag is stronger than the environment, and the environment stronger than the file of ` + "`--config`" + `, in which the names are those
of the flags. [Serve](../how-to/serve.md) has an example. Other commands read ` + "`SCIMSTACK_STORE`, `SCIMSTACK_SERVER`, `SCIMSTACK_OPERATOR_TOKEN` and\n`SCIMSTACK_TOKEN`" + `; [the command line](cli.md) says which.

| Flag | Environment | Default | |
|---|---|---|---|
`)
	serveCommand().Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s |\n", f.Name, variable(f.Name), codeOf(f.DefValue), tableCell(f.Usage))
		}
	})
	b.WriteString("\n## A deployment on AWS\n\nThe keys of `infra/cdk/customers/NAME.json`. Prices are list prices of us-east-1 in a month.\n\n| Key | |\n|---|---|\n")
	customer := structs(t, "../../infra/cdk/deployment/customer.go")
	keys(t, &b, customer, "Customer", "")
	b.WriteString("\n## The functions\n\n| Variable | |\n|---|---|\n")
	variables(t, &b)
	b.WriteString("\n## A tenant\n\nThe names of `scimstack tenant set` and of `/admin/v1`. [Limits](limits.md) has the defaults of the limits. A pause is no\nsetting: [`tenant pause`](../how-to/manage-tenants.md#pause-and-resume) makes it, with `retryAfterSeconds` if clients are to wait.\n\n| Setting | |\n|---|---|\n")
	keys(t, &b, structs(t, "../../pkg/admin/settings.go"), "Settings", "")
	b.WriteString("\n## A Go program\n\nThe fields of `scimstack.Config`. [Embed](../how-to/embed.md) has a complete program.\n\n| Field | |\n|---|---|\n")
	for _, f := range structs(t, "../../config.go")["Config"].Fields.List {
		for _, name := range f.Names {
			fmt.Fprintf(&b, "| `%s` | %s |\n", name.Name, tableCell(f.Doc.Text()))
		}
	}
	if *update {
		if err := os.WriteFile(configPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(configPage)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(have), b.String()); d != "" {
		t.Errorf("%s is out of date; run this test with -update (-have +want):\n%s", configPage, d)
	}
}

// structs are the struct types of a file.
func structs(t *testing.T, file string) map[string]*ast.StructType {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.StructType{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.TypeSpec); ok {
			if typ, ok := s.Type.(*ast.StructType); ok {
				out[s.Name.Name] = typ
			}
		}
		return true
	})
	return out
}

// keys writes a row for each JSON member of a struct, those of an inner one after its name. A field without a comment
// shares the one before it.
func keys(t *testing.T, b *strings.Builder, all map[string]*ast.StructType, name, prefix string) {
	t.Helper()
	rows := 0
	for _, f := range all[name].Fields.List {
		if f.Tag == nil || len(f.Names) == 0 {
			continue
		}
		key, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		if key == "-" || key == "" {
			continue
		}
		typ := f.Type
		if p, ok := typ.(*ast.StarExpr); ok {
			typ = p.X
		}
		about := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("doc")
		if about == "" {
			about = f.Doc.Text() + " " + f.Comment.Text()
		}
		rows++
		fmt.Fprintf(b, "| `%s` | %s |\n", prefix+key, tableCell(about))
		if id, ok := typ.(*ast.Ident); ok && all[id.Name] != nil {
			keys(t, b, all, id.Name, prefix+key+".")
		}
	}
	if rows == 0 {
		t.Errorf("%s has no members", name)
	}
}

// variables writes a row for each environment variable of the functions.
func variables(t *testing.T, b *strings.Builder) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), "../../internal/function/config.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	ast.Inspect(tree, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Env") && len(v.Values) == 1 {
			rows++
			fmt.Fprintf(b, "| `%s` | %s |\n", strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`), tableCell(v.Comment.Text()))
		}
		return true
	})
	if rows < 5 {
		t.Errorf("%d variables", rows)
	}
}

func codeOf(s string) string {
	if s == "" || s == "[]" {
		return ""
	}
	return "`" + s + "`"
}

// tableCell is a text in a cell of a table.
func tableCell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(strings.Join(strings.Fields(text), " "))
}
