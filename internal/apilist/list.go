package apilist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// List returns the sorted API of the root package and of every package in pkg. dir is the root
// of the module. The packages must compile. List runs the go command.
func List(ctx context.Context, dir string) ([]string, error) {
	found, err := goList(ctx, dir)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, p := range found {
		files[p.ImportPath] = p.Export
	}
	imports := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(files[path])
	})
	var lines []string
	for _, p := range found {
		if p.DepOnly || p.Name == "main" {
			continue
		}
		pkg, err := imports.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		lines = append(lines, describe(p.name(), pkg)...)
	}
	slices.Sort(lines)
	return lines, nil
}

// listed is what the go command says about a package.
type listed struct {
	ImportPath string
	Name       string
	Export     string // file with its export data
	DepOnly    bool   // only imported by a package that was asked for
	Module     *struct{ Path string }
}

// name returns the folder of the package, or the package's name in the root of the module.
func (p listed) name() string {
	if p.ImportPath == p.Module.Path {
		return p.Name
	}
	return strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")
}

// goList returns the packages and all their dependencies.
func goList(ctx context.Context, dir string) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=ImportPath,Name,Export,DepOnly,Module", "./pkg/...")
	if hasGo(dir) {
		cmd.Args = append(cmd.Args, ".")
	}
	cmd.Dir = dir
	var faults bytes.Buffer
	cmd.Stderr = &faults
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, faults.String())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// hasGo reports whether a folder contains a package.
func hasGo(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return path.Ext(e.Name()) == ".go" && !strings.HasSuffix(e.Name(), "_test.go")
	})
}

// describe returns the lines of one package, not sorted.
func describe(name string, pkg *types.Package) []string {
	d := describer{prefix: name + ": ", pkg: pkg}
	for _, n := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(n); obj.Exported() {
			d.object(obj)
		}
	}
	return d.lines
}
