package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed words.tsv
var wordList string

//go:embed exceptions.tsv
var exceptionList string

func main() {
	counts := flag.Bool("counts", false, "print counts by folder and word")
	flag.Parse()
	n, err := run(os.Stdout, flag.Args(), *counts)
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(2)
	}
	if n > 0 {
		os.Exit(1)
	}
}

// run checks the tracked files below the given paths, or all of them, and returns the number of
// problems that it printed.
func run(out io.Writer, below []string, counts bool) (int, error) {
	words, err := parseWords(wordList)
	if err != nil {
		return 0, err
	}
	exceptions, err := parseExceptions(exceptionList)
	if err != nil {
		return 0, err
	}
	root, files, err := tracked(context.Background())
	if err != nil {
		return 0, err
	}
	var findings []finding
	for _, name := range files {
		if !checked(name) || !under(name, below) {
			continue
		}
		src, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // deleted, but not committed yet
			continue
		}
		if err != nil {
			return 0, err
		}
		blocks, err := texts(name, src)
		if err != nil {
			return 0, err
		}
		findings = append(findings, words.check(name, blocks)...)
	}
	findings, unused := exceptions.apply(findings)
	if len(below) > 0 {
		unused = nil // their files may not have been read
	}
	if counts {
		printCounts(out, findings)
	} else {
		for _, f := range findings {
			fmt.Fprintln(out, f)
		}
	}
	for _, e := range unused {
		fmt.Fprintf(out, "exceptions.tsv: %s %q matches nothing; remove the line\n", e.path, e.quoted)
	}
	return len(findings) + len(unused), nil
}

// tracked returns the root of the repository and the tracked files, as slash-separated paths
// relative to it.
func tracked(ctx context.Context) (root string, files []string, err error) {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return "", nil, fmt.Errorf("git rev-parse: %w", err)
	}
	root = strings.TrimSpace(string(out))
	list := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	if out, err = list.Output(); err != nil {
		return "", nil, fmt.Errorf("git ls-files: %w", err)
	}
	return root, strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 }), nil
}

// kinds are the endings of checked files.
var kinds = []string{".go", ".md", ".txtar", ".sh", ".yml", ".yaml", ".json", ".py", ".mjs", ".toml", "Makefile"}

// checked reports whether a file contains texts of the project.
func checked(name string) bool {
	if strings.HasPrefix(name, "testdata/idp-corpus/") || strings.HasPrefix(name, "testdata/cases/") || path.Base(name) == "package-lock.json" {
		return false // texts of identity providers, of reports and of npm
	}
	return slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasSuffix(name, kind) })
}

// under reports whether a file is one of the paths or below one of them. No path means all.
func under(name string, below []string) bool {
	return len(below) == 0 || slices.ContainsFunc(below, func(b string) bool {
		b = path.Clean(filepath.ToSlash(b))
		return name == b || strings.HasPrefix(name, b+"/")
	})
}

// printCounts prints how often each word occurs in each folder.
func printCounts(out io.Writer, findings []finding) {
	counts := map[string]int{}
	for _, f := range findings {
		counts[fmt.Sprintf("%-28s %s", path.Dir(f.file), strings.ToLower(f.found))]++
	}
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%4d  %s\n", counts[key], key)
	}
	fmt.Fprintf(out, "%4d  in total\n", len(findings))
}
