package transfer_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// read is a store that calls something after resources of a type were read, and after a resource was read again.
type read struct {
	scim.Store
	scim.Feed
	listed, got func()
}

func (r read) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	list, err := r.Store.List(ctx, t, typ, page)
	r.listed()
	return list, err
}

func (r read) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	res, err := r.Store.Get(ctx, t, typ, id)
	r.got()
	return res, err
}

// TestSettles: what changes after it was read, and while that is read again, is in the file as it is at the end.
func TestSettles(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, name string, p place) {
		token := fill(t, p, 20)
		w := newWriter(t, p, serve(t, p, token), 3)
		for range 8 {
			w.create()
			w.gather()
		}
		member := p.users(t)[0]
		f, _ := p.Store.(scim.Feed)
		left, listed := 12, 0
		step := func() {
			if left > 0 {
				left--
				w.step()
			}
		}
		from := p.Place
		from.Store = read{p.Store, f, func() {
			if listed++; listed <= 3 {
				for range 15 {
					w.step()
				}
			}
			if listed == 3 { // a member gets another name after its group was read
				w.patch("/Users/"+member, `{"op":"replace","path":"displayName","value":"another name"}`)
				w.p.settle()
			}
		}, step}
		var b bytes.Buffer
		out, err := transfer.Export(t.Context(), from, id(t, "acme"), &b, transfer.ExportOptions{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if !out.Settled || out.Again == 0 || left > 0 {
			t.Errorf("settled %v, %d read again, %d changes left", out.Settled, out.Again, left)
		}
		differ(t, "file", body(t, b.Bytes()), body(t, export(t, p)))
		last := must[int64](t)(f.Last(t.Context(), id(t, "acme")))
		if out.Position != last {
			t.Errorf("the file is that of %d, and the last fact is %d", out.Position, last)
		}
	})
}

// TestUnsettled: of a tenant that is changed each time it is looked at, the file says so, and of a store without a feed.
func TestUnsettled(t *testing.T) {
	t.Parallel()
	p := inMemory(t)
	token := fill(t, p, 14)
	w := newWriter(t, p, serve(t, p, token), 3)
	w.create()
	f, _ := p.Store.(scim.Feed)
	from := p.Place
	for _, store := range []scim.Store{read{p.Store, f, w.create, w.create}, struct{ scim.Store }{p.Store}} {
		from.Store = store
		var b bytes.Buffer
		out, err := transfer.Export(t.Context(), from, id(t, "acme"), &b, transfer.ExportOptions{Dir: t.TempDir()})
		if err != nil || out.Settled {
			t.Errorf("%+v, %v", out, err)
		}
		to := inMemory(t)
		if in, err := transfer.Import(t.Context(), to.Place, bytes.NewReader(b.Bytes()), quick); err != nil || in.Settled {
			t.Errorf("%+v, %v", in, err)
		}
	}
}
