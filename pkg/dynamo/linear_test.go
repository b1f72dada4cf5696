package dynamo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lineartest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// perClient is how many operations each client of a history carries out.
func perClient() int { return dynamotest.Size(40, 150) }

// TestLinearRegisters: with 8 % faults, lost responses included, every read and write of a resource
// is one step in an order that all clients agree on. ErrVersion says that nothing was written, and no
// write takes effect twice.
func TestLinearRegisters(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	write := func(n int, value string, match int64) scim.Change {
		c := newUser(n, fmt.Sprint("u", n), fmt.Sprintf(`{"v":%q}`, value))
		if c.If = match; value != "first" && value[len(value)-1]%3 == 0 { // a transaction, because a key changes
			c.Keys = append(c.Keys, scim.IndexKey{Attr: "externalId", Value: value})
		}
		return c
	}
	for n := range 3 {
		if _, err := s.Commit(t.Context(), acme, write(n, "first", scim.IfAbsent)); err != nil {
			t.Fatal(err)
		}
	}
	e.Inject(losing(1))
	h := lineartest.History{Seed: 5}
	h.Clients(6, func(client int, random *rand.Rand) {
		seen := map[int]int64{}
		for i := range perClient() {
			in, c := lineartest.Access{Register: random.IntN(3)}, scim.Change{}
			switch kind := random.IntN(5); {
			case kind > 2 && seen[in.Register] > 0:
				in.Value, in.Match = fmt.Sprintf("%d-%d", client, i), seen[in.Register]
				c = write(in.Register, in.Value, in.Match)
			case kind > 1:
				in.Value = fmt.Sprintf("%d-%d", client, i)
				c = write(in.Register, in.Value, scim.IfAny)
			}
			start := time.Now()
			var r *scim.Resource
			var err error
			if in.Value == "" {
				r, err = s.Get(t.Context(), acme, "User", userID(in.Register))
			} else {
				r, err = s.Commit(t.Context(), acme, c)
			}
			out := lineartest.Answer{Refused: errors.Is(err, scim.ErrVersion), Unsure: kind(err) == "busy"}
			if err == nil {
				out.Register = lineartest.Register{Version: r.Version, Value: string(r.Document[6 : len(r.Document)-2])}
				seen[in.Register] = r.Version
			} else if !out.Refused && !out.Unsure {
				t.Error(err)
			}
			h.Done(client, start, in, out, out.Unsure)
		}
	})
	h.Check(t, lineartest.Registers())
}

// TestLinearNames: the same for creates, removals and look-ups of a unique name. *TakenError and
// ErrNotFound say that nothing was done.
func TestLinearNames(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	e.Inject(losing(2))
	h := lineartest.History{Seed: 5}
	h.Clients(6, func(client int, random *rand.Rand) {
		last := map[string]string{}
		for i := range perClient() {
			in := naming{name: fmt.Sprint("n", random.IntN(3)), verb: "find"}
			c := newUser(client*1000+i, in.name, `{}`)
			switch kind := random.IntN(4); {
			case kind == 0 && last[in.name] != "":
				in.verb, in.id = "delete", last[in.name]
				c = scim.Change{Type: "User", ID: in.id, If: scim.IfAny, Now: time.Now(), Remove: true}
			case kind < 3:
				in.verb, in.id = "create", c.ID
			}
			start := time.Now()
			var out named
			var err error
			if in.verb == "find" {
				var l scim.List
				if l, err = s.Lookup(t.Context(), acme, "User", c.Keys[0], scim.Page{Limit: 2}); len(l.Resources) > 0 {
					out.id = l.Resources[0].ID
					last[in.name] = out.id
				}
			} else {
				_, err = s.Commit(t.Context(), acme, c)
			}
			var taken *scim.TakenError
			out.refused, out.unsure = errors.As(err, &taken) || errors.Is(err, scim.ErrNotFound), kind(err) == "busy"
			if err != nil && !out.refused && !out.unsure {
				t.Error(err)
			}
			h.Done(client, start, in, out, out.unsure)
		}
	})
	h.Check(t, names)
}

// TestLinearHTTP: the same over HTTP. 412 says that the PATCH was not performed, with If-Match; a
// PATCH without one takes effect once. 503 says that it may have been.
func TestLinearHTTP(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	c := begin(t, dynamo.New(api, dynamo.Options{Table: table}))
	users := make([]string, 3)
	for n := range users {
		users[n] = c.create("/Users", fmt.Sprintf(`{"userName":"u%d","title":"first"}`, n))
	}
	e.Inject(losing(3))
	h := lineartest.History{Seed: 5}
	h.Clients(6, func(client int, random *rand.Rand) {
		seen := map[int]int64{}
		for i := range perClient() {
			in := lineartest.Access{Register: random.IntN(len(users))}
			method, body := "GET", ""
			var headers []string
			if kind := random.IntN(5); kind > 1 {
				in.Value = fmt.Sprintf("%d-%d", client, i)
				method, body = "PATCH", ops(fmt.Sprintf(`{"op":"replace","path":"title","value":%q}`, in.Value))
				if in.Match = seen[in.Register]; kind > 2 && in.Match > 0 {
					headers = []string{"If-Match", fmt.Sprintf(`W/"%d"`, in.Match)}
				} else {
					in.Match = 0
				}
			}
			start := time.Now()
			status, m := c.once(method, "/Users/"+users[in.Register], body, headers...)
			out := lineartest.Answer{Refused: status == http.StatusPreconditionFailed, Unsure: status == http.StatusServiceUnavailable}
			if status == http.StatusOK {
				out.Value, _ = m["title"].(string)
				if _, err := fmt.Sscanf(m["meta"].(map[string]any)["version"].(string), `W/"%d"`, &out.Version); err != nil {
					t.Error(err)
				}
				seen[in.Register] = out.Version
			} else if !out.Refused && !out.Unsure {
				t.Errorf("%s: %d %v", method, status, m)
			}
			h.Done(client, start, in, out, out.Unsure)
		}
	})
	h.Check(t, lineartest.Registers())
}
