package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// writer changes a tenant at random, through its API and its directory.
type writer struct {
	t             *testing.T
	p             place
	s             service
	rnd           *rand.Rand
	users, groups []string
	names         map[string]string // of users
	n             int
}

func newWriter(t *testing.T, p place, s service, seed uint64) *writer {
	return &writer{t: t, p: p, s: s, rnd: rand.New(rand.NewPCG(seed, 1)), names: map[string]string{}}
}

const patchOp = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`

// send sends a request. What it is answered does not matter: the tenant is what it is then.
func (w *writer) send(method, path, body string) string {
	status, text := w.s.send(w.t.Context(), method, path, body)
	if status >= 500 {
		w.t.Errorf("%s %s: %d %s", method, path, status, text)
	}
	return text
}

func (w *writer) user() string  { return w.users[w.rnd.IntN(len(w.users))] }
func (w *writer) group() string { return w.groups[w.rnd.IntN(len(w.groups))] }

func (w *writer) patch(path, op string) { w.send("PATCH", path, patchOp+op+`]}`) }

func (w *writer) create() {
	w.n++
	name := fmt.Sprintf("w%d %s", w.n, odd[w.n%9])
	id := w.s.do(w.t, "POST", "/Users", text(map[string]any{"userName": name, "displayName": name, "password": "password" + name}))
	w.users, w.names[id] = append(w.users, id), name
}

func (w *writer) gather() {
	w.n++
	w.groups = append(w.groups, w.s.do(w.t, "POST", "/Groups", text(map[string]any{"displayName": fmt.Sprint("g", w.n), "members": []map[string]string{{"value": w.user()}}})))
}

func (w *writer) rename(id, name string) {
	w.patch("/Users/"+id, `{"op":"replace","path":"userName","value":`+text(name)+`}`)
	w.names[id] = name
}

// step makes one change.
func (w *writer) step() {
	switch w.rnd.IntN(12) {
	case 0:
		w.create()
	case 1:
		w.gather()
	case 2:
		w.patch("/Users/"+w.user(), fmt.Sprintf(`{"op":"replace","path":"active","value":%v}`, w.rnd.IntN(2) == 0))
	case 3: // two users, or three, change names in a circle
		a, b, c := w.user(), w.user(), w.user()
		if a != b && b != c && a != c {
			na, nb, nc := w.names[a], w.names[b], w.names[c]
			w.rename(a, "between")
			w.rename(c, na)
			w.rename(b, nc)
			w.rename(a, nb)
		}
	case 4: // one goes, and another one gets the name
		if len(w.users) > 5 {
			i := w.rnd.IntN(len(w.users))
			id := w.users[i]
			w.users = append(w.users[:i:i], w.users[i+1:]...)
			w.send("DELETE", "/Users/"+id, "")
			w.rename(w.user(), w.names[id])
		}
	case 5, 6:
		w.patch("/Groups/"+w.group(), `{"op":"add","path":"members","value":[{"value":"`+w.user()+`"},{"value":"`+w.user()+`"}]}`)
	case 7:
		w.patch("/Groups/"+w.group(), `{"op":"remove","path":"members[value eq \"`+w.user()+`\"]"}`)
	case 8:
		w.patch("/Groups/"+w.group(), `{"op":"add","path":"members","value":[{"value":"`+w.group()+`"}]}`)
	case 9:
		if len(w.groups) > 3 {
			i := w.rnd.IntN(len(w.groups))
			w.send("DELETE", "/Groups/"+w.groups[i], "")
			w.groups = append(w.groups[:i:i], w.groups[i+1:]...)
		}
	case 10:
		w.patch("/Users/"+w.user(), `{"op":"replace","path":"displayName","value":`+text(fmt.Sprint("d", w.rnd.IntN(1000)))+`}`)
	default:
		w.patch("/Users/"+w.user(), `{"op":"replace","path":"password","value":`+text(fmt.Sprint("secret", w.rnd.IntN(1000)))+`}`)
	}
	w.p.settle()
}

// administer changes settings and credentials.
func (w *writer) administer() {
	w.t.Helper()
	acme := id(w.t, "acme")
	r := must[*tenant.Record](w.t)(w.p.Directory.Resolve(w.t.Context(), acme))
	s := r.Settings
	s.LogDays = w.rnd.IntN(100)
	_, k := tenant.NewToken(acme, scim.Read)
	rotated := r.Tokens[len(r.Tokens)-1].KeyID
	for _, err := range []error{
		w.p.Directory.Put(w.t.Context(), s), w.p.Directory.AddToken(w.t.Context(), acme, k),
		w.p.Directory.RemoveCredential(w.t.Context(), acme, "client-1"), tenant.Revoke(w.t.Context(), w.p.Directory, acme, "client-2"),
		w.p.Directory.ChangeToken(w.t.Context(), acme, rotated, tenant.TokenChange{ReplacedBy: &k.KeyID}),
	} {
		if err != nil && !errors.Is(err, tenant.ErrNotFound) && !errors.Is(err, tenant.ErrChanged) {
			w.t.Fatal(err)
		}
	}
}

// TestWhileServed: a tenant is exported and imported while clients change it, and once more after they have stopped. The
// new place is as the old one: nothing that was acknowledged is lost.
func TestWhileServed(t *testing.T) {
	t.Parallel()
	for _, way := range [][2]string{{"memory", "sqlite"}, {"sqlite", "dynamodb"}, {"dynamodb", "memory"}, {"dynamodb", "postgres"}, {"postgres", "dynamodb"}} {
		t.Run(way[0]+" to "+way[1], func(t *testing.T) {
			t.Parallel()
			old, p := places[way[0]](t), places[way[1]](t)
			token := fill(t, old, 30)
			s := serve(t, old, token)
			w := newWriter(t, old, s, uint64(len(way[0])*100+len(way[1])))
			for range 8 {
				w.create()
				w.gather()
			}
			steps := dynamotest.Size(40, 800)
			for round := range 3 {
				ctx, cancel := context.WithCancel(t.Context())
				done := async.Go(func() error {
					for n := 0; ctx.Err() == nil && n < steps; n++ {
						w.step()
					}
					return nil
				})
				var b bytes.Buffer
				out, err := transfer.Export(t.Context(), old.Place, id(t, "acme"), &b, transfer.ExportOptions{Dir: t.TempDir(), Lag: 1})
				if err != nil {
					t.Fatal(err)
				}
				in, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(b.Bytes()), confirmed())
				p.settle()
				if err != nil && !errors.Is(err, transfer.ErrIncomplete) { // a file that is not settled may have a name twice
					t.Fatal(err)
				}
				t.Logf("round %d: %d read again, settled %v; %+v", round, out.Again, out.Settled, in.Kinds)
				cancel()
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				w.administer()
			}
			file := export(t, old)
			in, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), confirmed())
			if err != nil {
				t.Fatal(err)
			}
			p.settle()
			t.Logf("last: %+v", in.Kinds)
			differ(t, "file", body(t, export(t, p)), body(t, file))
			differ(t, "answers", serve(t, p, token).seen(t), s.seen(t))
			if again, err := transfer.Import(t.Context(), p.Place, bytes.NewReader(file), quick); err != nil || again.Differs() {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
	}
}

func confirmed() transfer.ImportOptions {
	o := quick
	o.Webhooks = true
	o.Confirm = func(*transfer.Imported, []string) bool { return true }
	return o
}
