package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/record"
)

// tapeInterval is how much of a recording is lost when the process is killed.
const tapeInterval = 2 * time.Second

// tape records the traffic of `scimstack dev --record`. Without a file it does nothing.
//
// The file is written every two seconds while there is new traffic, and at exit. It is replaced as a
// whole, so that a reader and a process that is killed leave a complete file. A file that exists is
// kept until the first request is recorded.
type tape struct {
	file     string
	recorder *record.Recorder
	saved    int // requests in the file
}

// openTape checks that the file can be written.
func openTape(file string, tenants []devTenant) (*tape, error) {
	known := map[string]record.Tenant{}
	for _, t := range tenants {
		s := t.record.Settings
		known[s.ID.String()] = record.Tenant{IdP: s.IdP, Types: s.Types}
	}
	t := &tape{file: file, recorder: record.New(scimstack.Prefix, func(tenant string) record.Tenant { return known[tenant] })}
	if file == "" {
		return t, nil
	}
	if info, err := os.Stat(file); err == nil {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("--record %s: this is not a regular file; name a file that exists, or a new one", file)
		}
		if t.file, err = filepath.EvalSymlinks(file); err != nil {
			return nil, fmt.Errorf("--record %s: %w", file, err)
		}
	}
	f, err := t.temporary()
	if err != nil {
		return nil, fmt.Errorf("--record %s: the recording cannot be written: %w; name a file in a folder that exists and may be written to", file, err)
	}
	return t, discard(f)
}

// temporary creates a file in the folder of the recording, with mode 0600.
func (t *tape) temporary() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(t.file), "."+filepath.Base(t.file)+".*.part")
}

// discard removes a temporary file.
func discard(f *os.File) error {
	f.Close()
	return os.Remove(f.Name())
}

func (t *tape) wrap(h http.Handler) http.Handler {
	if t.file == "" {
		return h
	}
	return t.recorder.Wrap(h)
}

// keep writes the recording until the context ends; it also writes it then. wait returns after that.
func (t *tape) keep(ctx context.Context, log *slog.Logger) (wait func()) {
	if t.file == "" {
		return func() {}
	}
	ended := async.Go(func() error {
		pause := tapeInterval
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			start := time.Now()
			if err := <-async.Go(t.save); err != nil { // a panic is an error, too
				log.ErrorContext(ctx, "the recording cannot be written; it is tried again", "file", t.file, "error", err.Error())
			}
			pause = max(tapeInterval, 10*time.Since(start)) // a long recording takes its time
		}
		return nil
	})
	return func() { <-ended }
}

// save replaces the file if there is new traffic.
func (t *tape) save() error {
	steps := t.recorder.Steps()
	if steps == t.saved {
		return nil
	}
	f, err := t.temporary()
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(f)
	if err = t.recorder.Write(buffered); err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), t.file)
	}
	if err != nil {
		_ = discard(f)
		return fmt.Errorf("the recording is not complete: %w", err)
	}
	t.saved = steps
	return f.Close()
}

// end writes what is not yet in the file. Nothing else may use the tape any more.
func (t *tape) end(out *os.File) error {
	if t.file == "" {
		return nil
	}
	if n := t.recorder.LeftOut(); n > 0 {
		fmt.Fprintf(out, "%d requests are not in %s: they cannot be repeated, or the recording is full; then record a shorter session\n", n, t.file)
	}
	if t.recorder.Steps() == 0 {
		fmt.Fprintf(out, "no request was recorded; %s is not changed\n", t.file)
	}
	return t.save()
}
