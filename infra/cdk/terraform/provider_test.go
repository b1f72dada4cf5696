package terraform

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// argument is an argument or a block of the provider of AWS.
type argument struct {
	required bool
	block    string // the shape of its body; empty for an argument
}

// shape is what a block may have, by its names in HCL.
type shape map[string]argument

// typed is a resource or a data source as the provider of AWS declares it.
type typed struct {
	shapes map[string]shape // by name; the resource itself has the suffix Config
	config string
	reads  map[string]bool // attributes that others may refer to, in camel case
}

var (
	declares = regexp.MustCompile(`^export interface (\w+)`)
	document = regexp.MustCompile(`\{@link \S+#(\w+) `)
	isBlock  = regexp.MustCompile(`^\s*\* \w+ block$`)
	member   = regexp.MustCompile(`^\s*readonly \w+(\??): (\w*)`)
	getter   = regexp.MustCompile(`^\s*get (\w+)\(\)`)
)

// declaration reads a declaration of @cdktf/provider-aws, which is generated from the schema of the provider.
func declaration(t *testing.T, folder, name string) typed {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "lib", name, "index.d.ts"))
	if err != nil {
		t.Fatal(err)
	}
	d := typed{shapes: map[string]shape{}, reads: map[string]bool{}}
	var in shape
	hcl, block := "", false
	for _, line := range strings.Split(string(text), "\n") {
		if m := declares.FindStringSubmatch(line); m != nil {
			in = shape{}
			d.shapes[m[1]] = in
			if strings.Contains(line, "extends cdktf.TerraformMetaArguments") {
				d.config = m[1]
			}
		}
		if m := document.FindStringSubmatch(line); m != nil {
			hcl = m[1]
		}
		if isBlock.MatchString(line) {
			block = true
		}
		if m := member.FindStringSubmatch(line); m != nil && in != nil && hcl != "" {
			a := argument{required: m[1] == ""}
			if block {
				a.block = m[2]
			}
			in[hcl], hcl, block = a, "", false
		}
		if m := getter.FindStringSubmatch(line); m != nil {
			d.reads[m[1]] = true
		}
	}
	if len(d.shapes[d.config]) == 0 || len(d.reads) == 0 {
		t.Fatalf("%s is read wrongly", name)
	}
	return d
}

// check compares a body with what it may and must have.
func (d typed) check(t *testing.T, body *hclsyntax.Body, s shape) {
	t.Helper()
	has := map[string]bool{}
	for name, a := range body.Attributes {
		has[name] = true
		if known, ok := s[name]; (!ok || known.block != "") && !meta[name] {
			t.Errorf("%s: the provider has no argument %s", a.SrcRange, name)
		}
	}
	for _, b := range body.Blocks {
		name, inner := b.Type, b.Body
		if name == "dynamic" {
			name, inner = b.Labels[0], content(b.Body)
		}
		has[name] = true
		known, ok := s[name]
		if !ok || known.block == "" {
			t.Errorf("%s: the provider has no block %s", b.DefRange(), name)
			continue
		}
		d.check(t, inner, d.shapes[known.block])
	}
	for name, a := range s {
		if a.required && !has[name] {
			t.Errorf("%s: %s is missing", body.SrcRange, name)
		}
	}
}

// meta are arguments that every resource has.
var meta = map[string]bool{"for_each": true, "count": true, "depends_on": true, "provider": true}

// content is the body of what a dynamic block repeats.
func content(b *hclsyntax.Body) *hclsyntax.Body {
	for _, inner := range b.Blocks {
		if inner.Type == "content" {
			return inner.Body
		}
	}
	return b
}

// camel is the name of an attribute as the declarations have it.
func camel(name string) string {
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// TestProvider: each resource and data source of the module has the arguments and blocks that the provider of AWS declares, all
// that are required, and each reference names an attribute that there is. The folder is that of the package
// @cdktf/provider-aws: scripts/terraform.sh gets it.
func TestProvider(t *testing.T) {
	provider := os.Getenv("SCIMSTACK_AWS_PROVIDER")
	if provider == "" {
		t.Skip("the declarations of the provider of AWS are not here: run by scripts/terraform.sh")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	parser, known, resources := hclparse.NewParser(), map[string]typed{}, 0
	of := func(kind, name string) typed {
		path := strings.ReplaceAll(strings.TrimPrefix(name, "aws_"), "_", "-")
		if kind == "data" {
			path = "data-aws-" + path
		}
		if known[path].shapes == nil {
			known[path] = declaration(t, provider, path)
		}
		return known[path]
	}
	for _, name := range files {
		file, diags := parser.ParseHCLFile(name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		body := file.Body.(*hclsyntax.Body)
		for _, b := range body.Blocks {
			if b.Type == "resource" || b.Type == "data" {
				d := of(b.Type, b.Labels[0])
				d.check(t, b.Body, d.shapes[d.config])
				resources++
			}
		}
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			switch e := n.(type) {
			case *hclsyntax.ScopeTraversalExpr:
				refer(t, e.Traversal, of)
			case *hclsyntax.RelativeTraversalExpr: // aws_x.y[key].attribute
				if i, ok := e.Source.(*hclsyntax.IndexExpr); ok {
					if c, ok := i.Collection.(*hclsyntax.ScopeTraversalExpr); ok {
						refer(t, append(append(hcl.Traversal{}, c.Traversal...), e.Traversal...), of)
					}
				}
			}
			return nil
		})
	}
	if resources < 15 {
		t.Errorf("only %d resources", resources)
	}
	if !t.Failed() {
		t.Logf("%d resources and data sources are those of the provider", resources)
	}
}

// refer checks the attribute that a traversal reads from a resource or a data source.
func refer(t *testing.T, at hcl.Traversal, of func(kind, name string) typed) {
	t.Helper()
	var words []string
	for _, step := range at {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			words = append(words, s.Name)
		case hcl.TraverseAttr:
			words = append(words, s.Name)
		}
	}
	kind := "resource"
	if words[0] == "data" {
		kind, words = "data", words[1:]
	}
	if !strings.HasPrefix(words[0], "aws_") || len(words) < 3 {
		return
	}
	if d := of(kind, words[0]); !d.reads[camel(words[2])] && words[2] != "id" {
		t.Errorf("%s: %s has no attribute %s", at.SourceRange(), words[0], words[2])
	}
}
