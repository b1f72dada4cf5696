package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs: the site is served at /docs, and no other path is touched, not even one with double slashes.
func TestDocs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{"index.html": "<h1>Guide</h1>", "how-to/serve/index.html": "serve", "how-to/serve.md": "# Serve"} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	beside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("service " + r.URL.Path)) })
	h, err := docsHandler(folder, beside)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/docs/": "<h1>Guide</h1>", "/docs/how-to/serve/": "serve", "/docs/how-to/serve.md": "# Serve", "/docs/../secret": "404",
		"/scim/v2//acme/Users": "service /scim/v2//acme/Users", "/docsx": "service /docsx", "/": "service /", "/docs": "docs/",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := w.Body.String() + w.Header().Get("Location"); !strings.Contains(got, want) && (want != "404" || w.Code/100 == 2) {
			t.Errorf("%s: %d %s", path, w.Code, got)
		}
	}
	if same, err := docsHandler("", beside); err != nil || same == nil {
		t.Error(err)
	}
	if _, err := docsHandler(t.TempDir(), beside); err == nil || !strings.Contains(err.Error(), "make docs") {
		t.Error(err)
	}
}
