package main

import (
	"net/http"
	"os"
	"path/filepath"
)

// docsPrefix is where `scimstack dev --docs` serves the site of the guide.
const docsPrefix = "/docs/"

// docsHandler serves a built site (make docs) beside a handler, if folder is not "". The folder must have an index page.
func docsHandler(folder string, beside http.Handler) (http.Handler, error) {
	if folder == "" {
		return beside, nil
	}
	if _, err := os.Stat(filepath.Join(folder, "index.html")); err != nil {
		return nil, failed(err, "--docs %s: there is no site in this folder; build it: make docs", folder)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+docsPrefix, http.StripPrefix(docsPrefix, http.FileServer(http.Dir(folder))))
	mux.Handle("GET /docs", http.RedirectHandler(docsPrefix, http.StatusMovedPermanently))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Other paths never reach the mux, which redirects where the service must not.
		if r.URL.Path == "/docs" || len(r.URL.Path) >= len(docsPrefix) && r.URL.Path[:len(docsPrefix)] == docsPrefix {
			mux.ServeHTTP(w, r)
			return
		}
		beside.ServeHTTP(w, r)
	}), nil
}
