package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/record"
)

// tape records the traffic of `scimstack dev --record`. Without a file it does nothing.
type tape struct {
	file     string
	recorder *record.Recorder
}

func newTape(file string, tenants []devTenant) *tape {
	known := map[string]record.Tenant{}
	for _, t := range tenants {
		s := t.record.Settings
		known[s.ID.String()] = record.Tenant{IdP: s.IdP, Types: s.Types}
	}
	return &tape{file: file, recorder: record.New(app.Prefix, func(tenant string) record.Tenant { return known[tenant] })}
}

func (t *tape) wrap(h http.Handler) http.Handler {
	if t.file == "" {
		return h
	}
	return t.recorder.Wrap(h)
}

func (t *tape) write() error {
	if t.file == "" {
		return nil
	}
	f, err := os.OpenFile(t.file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := t.recorder.Write(f); err != nil {
		f.Close()
		return err
	}
	if n := t.recorder.LeftOut(); n > 0 {
		fmt.Fprintf(os.Stderr, "%d requests are not in %s: the recording is full; record a shorter session\n", n, t.file)
	}
	return f.Close()
}
