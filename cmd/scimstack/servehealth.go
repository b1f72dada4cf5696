package main

import (
	"context"
	"net/http"
	"time"
)

// readyWithin is how long the store has to answer /readyz.
const readyWithin = 3 * time.Second

// health answers /healthz, which says that the process runs, and /readyz, which says that its store answers.
func health(ready func(context.Context) error, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			say(w, http.StatusOK, "ok")
		case "/readyz":
			ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
			defer cancel()
			if err := ready(ctx); err != nil {
				say(w, http.StatusServiceUnavailable, "the store does not answer")
				return
			}
			say(w, http.StatusOK, "ok")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"status":"` + text + `"}` + "\n"))
}
