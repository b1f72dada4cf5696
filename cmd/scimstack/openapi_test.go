package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOpenAPI: the command prints the document of docs/reference, that of schemas in files, and that of a tenant in a
// store, which has its schemas and its mode.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	const schemas = "../../testdata/cases/schemas"
	print := func(args ...string) string {
		t.Helper()
		text, err := output(t, append([]string{"openapi"}, args...)...)
		if err != nil || !json.Valid([]byte(text)) {
			t.Fatalf("%v: %v: %.300s", args, err, text)
		}
		return text
	}
	want, err := os.ReadFile("../../docs/reference/scim-openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if print() != string(want) {
		t.Error("without arguments it is another document than docs/reference/scim-openapi.json")
	}
	const base = "https://scim.example.com/scim/v2"
	files := print(schemas, "--mode", "strict", "--public-base", base+"/")
	for _, part := range []string{`"productGroup"`, `"url": "` + base + `/{tenant}"`} {
		if !strings.Contains(files, part) || strings.Contains(files, `"basic"`) {
			t.Errorf("%s is missing, or a strict tenant accepts Basic", part)
		}
	}

	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	for _, args := range [][]string{{"tenant", "create", "acme", "--strict"}, {"schema", "put", "acme", schemas}} {
		if text, err := output(t, append(args, "--store", store)...); err != nil {
			t.Fatal(err, text)
		}
	}
	if got := print("--tenant", "acme", "--store", store, "--public-base", base); got != strings.Replace(files, "{tenant}\",\n      \"variables\": {\n        \"tenant\": {\n          \"default\": \"acme\",\n          \"description\": \"name of the tenant\"\n        }\n      }", "acme\"", 1) {
		t.Error("the document of a tenant is not that of its schemas")
	}
	for line, part := range map[string]string{
		"--tenant absent --store " + store:               "there is no tenant absent",
		"--tenant acme " + schemas:                       "exclude each other",
		"--tenant acme --mode strict --store " + store:   "leave --mode out",
		"--store " + store:                               "name the tenant",
		"--mode strikt":                                  "did you mean strict",
		"--public-base scim.example.com":                 "write it as https://",
		filepath.Join(t.TempDir(), "none.json"):          "none.json cannot be read: no such file",
		"../../testdata/cases/idps.json --mode tolerant": "idps.json",
	} {
		_, err := output(t, append([]string{"openapi"}, strings.Fields(line)...)...)
		var wrong usageError
		if err == nil || !strings.Contains(err.Error(), part) || !errors.As(err, &wrong) && !strings.Contains(line, "absent") && !strings.Contains(line, "idps") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
