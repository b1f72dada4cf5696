package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const folder = "../../terraform"

// module is what the files of the module declare and use.
type module struct {
	declared map[string]bool // var.x, local.x, data.x.y, x.y
	used     map[string]string
	facts    []string // paths below local.facts, with the place of each use
}

func readModule(t *testing.T) module {
	t.Helper()
	m := module{declared: map[string]bool{}, used: map[string]string{}}
	files, err := filepath.Glob(filepath.Join(folder, "*.tf"))
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	parser := hclparse.NewParser()
	for _, name := range files {
		file, diags := parser.ParseHCLFile(name)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		body := file.Body.(*hclsyntax.Body)
		for _, b := range body.Blocks {
			m.declare(b)
		}
		diags = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok {
				m.use(e.Traversal)
			}
			return nil
		})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
	}
	return m
}

func (m *module) declare(b *hclsyntax.Block) {
	switch b.Type {
	case "variable":
		m.declared["var."+b.Labels[0]] = true
	case "resource":
		m.declared[strings.Join(b.Labels, ".")] = true
	case "data":
		m.declared["data."+strings.Join(b.Labels, ".")] = true
	case "locals":
		for name := range b.Body.Attributes {
			m.declared["local."+name] = true
		}
	}
}

func (m *module) use(t hcl.Traversal) {
	words := []string{t.RootName()}
	for _, step := range t[1:] {
		attribute, ok := step.(hcl.TraverseAttr)
		if !ok {
			break
		}
		words = append(words, attribute.Name)
	}
	at := t.SourceRange().String()
	switch root := words[0]; {
	case root == "var" || root == "local" || strings.HasPrefix(root, "aws_"):
		m.used[strings.Join(words[:2], ".")] = at
	case root == "data":
		m.used[strings.Join(words[:3], ".")] = at
	}
	for short, long := range map[string]string{"facts": "", "table": "table.", "functions": "functions."} {
		if len(words) > 2 && words[0] == "local" && words[1] == short {
			m.facts = append(m.facts, long+strings.Join(words[2:], ".")+" "+at)
		}
	}
}

// TestNames: each variable, local value and resource that the module uses is declared, each one declared is used, and each
// path into service.json exists.
func TestNames(t *testing.T) {
	m := readModule(t)
	for name, at := range m.used {
		if !m.declared[name] {
			t.Errorf("%s: %s is not declared", at, name)
		}
	}
	for name := range m.declared {
		if kind, _, _ := strings.Cut(name, "."); m.used[name] == "" && (kind == "var" || kind == "local" || kind == "data") {
			t.Errorf("%s is not used", name)
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "service.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts any
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	if len(m.facts) < 20 {
		t.Error("only", len(m.facts), "paths")
	}
	for _, use := range m.facts {
		path, at, _ := strings.Cut(use, " ")
		if err := find(facts, strings.Split(path, ".")); err != nil {
			t.Errorf("%s: service.json: %v", at, err)
		}
	}
}

func find(v any, path []string) error {
	for i, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return nil // an element of a list
		}
		if v, ok = object[name]; !ok {
			return fmt.Errorf("%s does not exist", strings.Join(path[:i+1], "."))
		}
	}
	return nil
}
