package transfer_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/transfer"
)

// TestImportOfAnotherClock: an import that was begun by a process whose clock was ahead is continued, and waits no longer than one
// does.
func TestImportOfAnotherClock(t *testing.T) {
	t.Parallel()
	old, p := inMemory(t), inMemory(t)
	token := fill(t, old, 14)
	if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, old)), quick); err != nil {
		t.Fatal(err)
	}
	serve(t, old, token).do(t, "POST", "/Users", `{"userName":"new"}`)
	file := export(t, old)
	o := quick
	ctx, stop := context.WithCancel(t.Context())
	slow := p.Place
	slow.Store = asked{p.Store.(storeOfTests), stop} //nolint:forcetypeassert // memory.Store
	o.Now = func() time.Time { return time.Now().Add(time.Hour) }
	if _, err := transfer.Import(ctx, slow, bytes.NewReader(file), o); err == nil {
		t.Fatal("it was not interrupted")
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	o = quick
	o.Wait = 10 * time.Millisecond
	o.Progress = func(p transfer.Progress) {
		text, waits := strings.CutPrefix(p.Step, "waiting ")
		text, _, _ = strings.Cut(text, " ")
		if left, err := time.ParseDuration(text); waits && (err != nil || left > time.Minute) {
			t.Error(p.Step)
			stop()
		}
	}
	if _, err := transfer.Import(ctx, p.Place, bytes.NewReader(file), o); err != nil {
		t.Error(err)
	}
}
