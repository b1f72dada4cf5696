package release

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite NOTICE")

const noticeHead = `scimstack
Copyright the scimstack authors. Licensed under the Apache License 2.0 (LICENSE).

<!-- Made by: go test ./internal/release -run TestNotice -update -->

The programs contain these modules. Below is each licence once, with the modules that have it. A module's own notice follows
its licence.
`

// goModule is a module that a program contains.
type goModule struct{ Path, Dir string }

// modules are those of the programs on all platforms of a release, and Go's own library.
func modules(t *testing.T) map[string]goModule {
	t.Helper()
	found := map[string]goModule{"Go": {"Go", run(t, nil, "go", "env", "GOROOT")}}
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := run(t, []string{"GOOS=" + system, "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0"}, "go", "list", "-deps", "-json=Module", "./cmd/scimstack", "./functions/...")
		for d := json.NewDecoder(strings.NewReader(list)); ; {
			var p struct{ Module *goModule }
			if err := d.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if p.Module != nil && p.Module.Path != modulePath {
				found[p.Module.Path] = *p.Module
			}
		}
	}
	return found
}

var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)([-.].*)?$`)
	noticeFile  = regexp.MustCompile(`(?i)^notice([-.].*)?$`)
)

// licences are the texts of a folder's licences and notices.
func licences(t *testing.T, m goModule) (licence, notice string) {
	t.Helper()
	files, err := os.ReadDir(m.Dir)
	if err != nil {
		t.Fatalf("%s: %v; run: go mod download", m.Path, err)
	}
	for _, f := range files {
		isLicence, isNotice := licenceFile.MatchString(f.Name()), noticeFile.MatchString(f.Name())
		if f.IsDir() || !isLicence && !isNotice {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(m.Dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n")) + "\n"
		if isNotice {
			notice += text
		} else {
			licence += text
		}
	}
	return licence, notice
}

// permitted are beginnings of licences that a binary of Apache-2.0 may contain.
var permitted = []struct{ name, has string }{
	{"Apache-2.0", "Apache License"},
	{"BSD", "Redistribution and use in source and binary forms"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"ISC", "Permission to use, copy, modify, and/or distribute"},
	{"MPL-2.0", "Mozilla Public License"},
}

// kind names a licence; "" if it is not permitted.
func kind(text string) string {
	var names []string
	flat := strings.Join(strings.Fields(text), " ")
	for _, p := range permitted {
		if strings.Contains(flat, p.has) {
			names = append(names, p.name)
		}
	}
	return strings.Join(names, ", ")
}

// TestNotice: NOTICE has the licence of every module that a program contains on any platform, and all of them are permitted.
func TestNotice(t *testing.T) {
	t.Parallel()
	byText := map[string][]string{}
	var notices strings.Builder
	all := modules(t)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		licence, notice := licences(t, all[path])
		if kind(licence) == "" {
			t.Errorf("%s has no licence that is permitted: %.200s", path, licence)
		}
		byText[licence] = append(byText[licence], path)
		if notice != "" {
			fmt.Fprintf(&notices, "\n%s\nNotice of %s\n\n%s", line, path, notice)
		}
	}
	var b strings.Builder
	b.WriteString(noticeHead)
	for _, text := range slices.SortedFunc(maps.Keys(byText), func(x, y string) int { return strings.Compare(byText[x][0], byText[y][0]) }) {
		fmt.Fprintf(&b, "\n%s\n%s: %s\n\n%s", line, kind(text), strings.Join(byText[text], ", "), text)
	}
	b.WriteString(notices.String())
	if *update {
		if err := os.WriteFile(filepath.Join(top, "NOTICE"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if read(t, "NOTICE") != b.String() {
		t.Error("NOTICE is not that of the modules; run: go test ./internal/release -run TestNotice -update")
	}
}

const line = "--------------------------------------------------------------------------------"
