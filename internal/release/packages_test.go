package release

import (
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// synopses are the first sentences of the packages that a program may import, by their path below the module.
func synopses(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{".": synopsis(t, top)}
	err := filepath.WalkDir(filepath.Join(top, "pkg"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" || d.Name() == "internal" {
			return filepath.SkipDir
		}
		if s := synopsis(t, path); s != "" {
			name, err := filepath.Rel(top, path)
			out[filepath.ToSlash(name)] = s
			return err
		}
		return nil
	})
	if err != nil || len(out) < 30 {
		t.Fatal(len(out), err)
	}
	return out
}

// synopsis is the first sentence of the comment of a package, without "Package name"; empty for a folder without Go files.
func synopsis(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	name, first := "", ""
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		name = f.Name.Name
		if f.Doc != nil {
			first = new(doc.Package).Synopsis(f.Doc.Text())
		}
	}
	if name != "" && !strings.HasPrefix(first, "Package "+name+" ") {
		t.Errorf("%s: the comment of the package begins with %q", folder, first)
	}
	return strings.TrimPrefix(first, "Package "+name+" ")
}

// TestPackagesPage: docs/reference/packages.md lists every public package by the first sentence of its comment.
func TestPackagesPage(t *testing.T) {
	t.Parallel()
	const file, mark = "docs/reference/packages.md", "| Package | |\n|---|---|\n"
	head, _, ok := strings.Cut(read(t, file), mark)
	if !ok {
		t.Fatalf("%s has no table", file)
	}
	all := synopses(t)
	var b strings.Builder
	b.WriteString(head + mark)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		shown, at, says := strings.TrimPrefix(name, "pkg/"), name, strings.TrimSuffix(strings.ReplaceAll(all[name], "|", `\|`), ":")
		if name == "." {
			shown, at = "scimstack", "doc.go"
		}
		fmt.Fprintf(&b, "| [%s](../../%s) | %s |\n", shown, at, strings.TrimSuffix(says, ".")+".")
	}
	if *update {
		if err := os.WriteFile(filepath.Join(top, file), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if read(t, file) != b.String() {
		t.Errorf("%s is not what the packages say; run: go test ./internal/release -run TestPackagesPage -update", file)
	}
}
