package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// unsure are the reasons why an import asks, nil if it was done.
func unsure(t *testing.T, p place, file []byte, o transfer.ImportOptions) []string {
	t.Helper()
	_, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), o)
	var not *transfer.UnconfirmedError
	if errors.As(err, &not) {
		return not.Reasons
	}
	if err != nil {
		t.Fatal(err)
	}
	return nil
}

// TestDoubts: an import asks before it undoes what others have done, and before it removes much. After an answer it does
// not ask again.
func TestDoubts(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, _ string, p place) {
		old := inMemory(t)
		token := fill(t, old, 20)
		s := serve(t, old, token)
		first := export(t, old)
		if err := p.Directory.Create(t.Context(), theirSettings(t, old)); err != nil {
			t.Fatal(err)
		}
		want := func(what string, file []byte, reasons ...string) {
			t.Helper()
			p.settle()
			got := unsure(t, p, file, quick)
			if len(got) != len(reasons) {
				t.Errorf("%s: %q, want %q", what, got, reasons)
				return
			}
			for i := range got {
				if !strings.Contains(got[i], reasons[i]) {
					t.Errorf("%s: %q, want %q", what, got, reasons)
				}
			}
		}
		want("a tenant of others", first, "was not made by an import")
		if got := unsure(t, p, first, confirmed()); got != nil {
			t.Error(got)
		}
		s.do(t, "POST", "/Users", `{"userName":"new"}`)
		second := export(t, old)
		want("nothing unusual", second)

		theirs := serve(t, p, token)
		theirs.do(t, "POST", "/Users", `{"userName":"theirs"}`)
		want("others", second, "was changed 1 times since the last import")
		if got := unsure(t, p, second, confirmed()); got != nil {
			t.Error(got)
		}
		if err := p.Directory.AddToken(t.Context(), id(t, "acme"), tenant.Token{KeyID: "theirs"}); err != nil {
			t.Fatal(err)
		}
		want("a token of theirs", second, "1 tokens are removed")
		dry := quick
		dry.DryRun = true
		if out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(second), dry); err != nil || out.Count(transfer.KindTokens).Removed != 1 {
			t.Errorf("%+v, %v", out, err)
		}
		o := quick
		o.NoCredentials = true
		if out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(second), o); err != nil || out.Differs() {
			t.Errorf("%+v, %v", out, err)
		}
		users := old.users(t)
		for _, u := range users[:13] {
			s.do(t, "DELETE", "/Users/"+u, "")
		}
		third := export(t, old)
		want("many are removed", third, "13 of 21 resources of type User are removed", "1 tokens are removed")
		before := theirs.seen(t)
		if got := unsure(t, p, third, dry); got != nil {
			t.Error(got)
		}
		differ(t, "after a dry run", theirs.seen(t), before)
		if got := unsure(t, p, third, confirmed()); got != nil {
			t.Error(got)
		}
		p.settle()
		differ(t, "file", body(t, export(t, p)), body(t, third))
	})
}

// theirSettings are those of a tenant that others have made, with the indexes of the old one, which need not be built.
func theirSettings(t *testing.T, old place) tenant.Settings {
	t.Helper()
	s := must[*tenant.Record](t)(old.Directory.Resolve(t.Context(), id(t, "acme"))).Settings
	s.IdP = "okta"
	return s
}

// users are the ids of all users.
func (p place) users(t *testing.T) (ids []string) {
	t.Helper()
	list, err := p.Store.List(t.Context(), id(t, "acme"), "User", scim.Page{Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list.Resources {
		ids = append(ids, r.ID)
	}
	return ids
}

type storeOfTests interface {
	scim.Store
	scim.Feed
	RestartFeed(ctx context.Context, t scim.TenantID, above int64) (int64, error)
}

// asked is a store that calls something before each write.
type asked struct {
	storeOfTests
	before func()
}

func (a asked) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	a.before()
	return a.storeOfTests.Commit(ctx, t, c)
}

// TestWait: a tenant that was served is paused, and written a time after that only.
func TestWait(t *testing.T) {
	t.Parallel()
	old, p := inMemory(t), inMemory(t)
	token := fill(t, old, 14)
	if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, old)), quick); err != nil {
		t.Fatal(err)
	}
	serve(t, old, token).do(t, "POST", "/Users", `{"userName":"new"}`)
	o, began := quick, time.Now()
	o.Wait = 1500 * time.Millisecond
	var first time.Time
	slow := p.Place
	slow.Store = asked{p.Store.(storeOfTests), func() { //nolint:forcetypeassert // memory.Store
		if first.IsZero() {
			first = time.Now()
		}
	}}
	if _, err := transfer.Import(t.Context(), slow, bytes.NewReader(export(t, old)), o); err != nil {
		t.Fatal(err)
	}
	if first.Sub(began) < time.Second {
		t.Errorf("written after %s", first.Sub(began))
	}
}

// TestTwoImports: one of two imports at the same time is refused.
func TestTwoImports(t *testing.T) {
	t.Parallel()
	old, p := inMemory(t), inMemory(t)
	fill(t, old, 14)
	file := export(t, old)
	held := make(chan error)
	slow := p.Place
	once := false
	o := quick
	o.Workers, o.Lease = 1, 2*time.Second
	slow.Store = asked{p.Store.(storeOfTests), func() { //nolint:forcetypeassert // memory.Store
		if !once {
			once = true
			_, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), o)
			held <- err
		}
	}}
	done := async.Go(func() error {
		_, err := transfer.Import(t.Context(), slow, bytes.NewReader(file), o)
		return err
	})
	if err := <-held; !errors.Is(err, transfer.ErrBusy) {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestClash: a file with a name twice, which an export of a tenant that changes all the time may have, is imported up to
// the second one. The tenant stays paused, cannot be exported, and is complete after the import of a later file.
func TestClash(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, _ string, p place) {
		old := inMemory(t)
		token := fill(t, old, 14)
		file := export(t, old)
		lines := strings.SplitAfter(string(file), "\n")
		lines = lines[:len(lines)-2]
		for i := range lines {
			lines[i] = strings.Replace(lines[i], `"userName":"user-4 日本語"`, `"userName":"user-7 q\"uo\\te"`, 1)
		}
		out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(sealed(lines)), quick)
		if !errors.Is(err, transfer.ErrIncomplete) || len(out.Clashes) != 1 || out.Clashes[0].Attr != "userName" || out.Paused == "" {
			t.Fatalf("%+v, %v", out, err)
		}
		if got, _ := serve(t, p, token).send(t.Context(), "GET", "/Users", ""); got != 429 {
			t.Errorf("a part is served: %d", got)
		}
		if _, err := transfer.Export(t.Context(), p.Place, id(t, "acme"), &bytes.Buffer{}, transfer.ExportOptions{}); !errors.Is(err, transfer.ErrImporting) {
			t.Error(err)
		}
		if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick); err != nil {
			t.Fatal(err)
		}
		p.settle()
		differ(t, "file", body(t, export(t, p)), body(t, file))
		differ(t, "answers", serve(t, p, token).seen(t), serve(t, old, token).seen(t))
	})
}

// TestFeed: a reader of the old place is told to start anew in the new one, whatever it has read, and a snapshot has all.
// Webhooks get what happens after the import, and nothing of it.
func TestFeed(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, name string, p place) {
		old := inMemory(t)
		token := fill(t, old, 20)
		acme := id(t, "acme")
		f, _ := old.Store.(scim.Feed)
		last := must[int64](t)(f.Last(t.Context(), acme))
		o := quick
		o.Webhooks = true
		if name == "dynamodb" { // its stream is read beside the import
			ctx, stop := context.WithCancel(t.Context())
			done := async.Go(func() error {
				for async.Sleep(ctx, time.Millisecond) == nil {
					p.settle()
				}
				return nil
			})
			defer func() { stop(); <-done }()
			o.Lag = 200 * time.Millisecond
		}
		out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, old)), o)
		if err != nil {
			t.Fatal(err)
		}
		if out.Feed < last+1000 {
			t.Errorf("the feed goes on at %d, and readers of the old place may have come to %d and further", out.Feed, last)
		}
		target, _ := p.Store.(scim.Feed)
		for _, after := range []int64{0, 1, last / 2, last, last + 500} {
			var gone *scim.GoneError
			if _, err := target.Entries(t.Context(), acme, after, 10); !errors.As(err, &gone) {
				t.Errorf("after %d of %d: %v", after, last, err)
			}
		}
		hooks := must[[]webhook.Endpoint](t)(p.Webhooks.Endpoints(t.Context()))
		source := must[*feed.Source](t)(feed.New(p.Store, feed.Options{Types: feed.TypesOf(tenant.NewAuthenticator(p.Directory, tenant.Options{}))}))
		if len(hooks) != 1 {
			t.Fatal(hooks)
		}
		before := must[int64](t)(source.Before(t.Context(), acme, hooks[0].Created.Add(-time.Minute)))
		if before != out.Feed {
			t.Errorf("a webhook begins after %d, and the import ended at %d", before, out.Feed)
		}
		serve(t, p, token).do(t, "POST", "/Users", `{"userName":"later"}`)
		time.Sleep(20 * time.Millisecond)
		if name != "dynamodb" {
			facts := must[[]feed.Fact](t)(source.Read(t.Context(), acme, before, 100))
			if len(facts) != 1 || facts[0].Type != "user.created" {
				t.Errorf("%+v", facts)
			}
		}
		count := 0
		for _, err := range source.Snapshot(t.Context(), acme) {
			if err != nil {
				t.Fatal(err)
			}
			count++
		}
		if count < 60 {
			t.Errorf("the snapshot has %d facts", count)
		}
	})
}

// TestAs: a rehearsal under another name has the resources, and no credential or webhook.
func TestAs(t *testing.T) {
	t.Parallel()
	old := inMemory(t)
	fill(t, old, 14)
	file := export(t, old)
	o := quick
	o.As, o.Webhooks = id(t, "acme-trial"), true
	out, err := transfer.Import(t.Context(), old.Place, bytes.NewReader(file), o)
	if err != nil || out.Into != "acme-trial" || out.Count("User").Created != 14 {
		t.Fatalf("%+v, %v", out, err)
	}
	r := must[*tenant.Record](t)(old.Directory.Resolve(t.Context(), o.As))
	if len(r.Tokens)+len(r.Clients) > 0 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(body(t, export(t, old)), body(t, file)); diff != "" {
		t.Error(diff)
	}
}

// TestTypeRemoved: resources of a type that the file does not know are removed with it.
func TestTypeRemoved(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, _ string, p place) {
		old := inMemory(t)
		fill(t, old, 14)
		if _, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, old)), quick); err != nil {
			t.Fatal(err)
		}
		plain := inMemory(t)
		if err := plain.Directory.Create(t.Context(), tenant.Settings{ID: id(t, "acme")}); err != nil {
			t.Fatal(err)
		}
		p.settle()
		out, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(export(t, plain)), confirmed())
		if err != nil || out.Count("Device").Removed != 14 || out.Count("User").Removed != 14 {
			t.Fatalf("%+v, %v", out, err)
		}
		list := must[scim.List](t)(p.Store.List(t.Context(), id(t, "acme"), "Device", scim.Page{Limit: 10}))
		if len(list.Resources) > 0 {
			t.Errorf("%d are left", len(list.Resources))
		}
	})
}
