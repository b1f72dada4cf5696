package scimstack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"time"
)

// readyIn limits the time of Config.Ready.
const readyIn = 5 * time.Second

func (s *Service) addHealth() error {
	s.exact[livePath] = page(func(context.Context) error { return nil })
	s.exact[readyPath] = page(s.ready)
	return nil
}

// ready asks Config.Ready. The cause is for the log only: anyone may ask for the page.
func (s *Service) ready(ctx context.Context) error {
	if s.c.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyIn)
	defer cancel()
	err := asked(ctx, s.c.Ready)
	if err != nil {
		s.c.Logger.WarnContext(ctx, "not ready", "cause", err)
	}
	return err
}

// asked calls Ready, and returns its panic as an error.
func asked(ctx context.Context, ready func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	return ready(ctx)
}

// page is a health page.
func page(ok func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
		case ok(r.Context()) != nil:
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "not ready\n")
		default:
			_, _ = io.WriteString(w, "ok\n")
		}
	})
}
