package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/requestlog"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLogForms: what --log makes of a request that was answered, one that failed, and a warning, in a file.
func TestLogForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string][3]string{
		"json": {`"status":200`, `"status":500`, `"msg":"careful"`},
		"auto": {`"status":200`, `"status":500`, `"msg":"careful"`}, // a file is no terminal
		"text": {"status=200", "status=500", "careful"},
		"off":  {"", `"status":500`, `"msg":"careful"`},
	} {
		file, err := os.Create(filepath.Join(t.TempDir(), "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		log, done, err := (&logFlags{form, "info"}).logger(file)
		if err != nil {
			t.Fatal(err)
		}
		requestlog.Observe(t.Context(), log, &scim.Record{Status: 200})
		requestlog.Observe(t.Context(), log, &scim.Record{Status: 500})
		log.Warn("careful")
		done()
		text, err := os.ReadFile(file.Name())
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if want[0] == "" {
			lines = append([]string{""}, lines...)
		}
		if err != nil || len(lines) != 3 {
			t.Fatalf("%s: %v %q", form, err, text)
		}
		for i, line := range lines {
			if !strings.Contains(line, want[i]) {
				t.Errorf("%s: line %d is %s", form, i, line)
			}
		}
	}
	if _, _, err := (&logFlags{"xml", "info"}).logger(os.Stderr); err == nil || !strings.Contains(err.Error(), "use auto, text, json or off") {
		t.Error(err)
	}
	if _, _, err := (&logFlags{"json", "loud"}).logger(os.Stderr); err == nil || !strings.Contains(err.Error(), "--log-level loud") {
		t.Error(err)
	}
}
