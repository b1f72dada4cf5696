package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/lineartest"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestLinear: with requests that are given up in the middle, every read and write of a resource is one
// step in an order that all clients agree on. ErrVersion says that nothing was written.
func TestLinear(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		s, acme := d.Store(), tenantID(t, "acme")
		for n := range 3 {
			_, err := s.Commit(t.Context(), acme, newUser(n, "first", at.Add(time.Duration(n))))
			if n == 0 {
				must(t, err)
				continue
			}
			var taken *scim.TakenError
			if !errors.As(err, &taken) { // the name is taken: each has its own
				t.Fatal(err)
			}
			_, err = s.Commit(t.Context(), acme, newUser(n, fmt.Sprint("first", n), at))
			must(t, err)
		}
		h := lineartest.History{Seed: 7}
		h.Clients(6, func(client int, random *rand.Rand) {
			seen := map[int]int64{}
			for i := range 25 {
				in := lineartest.Access{Register: random.IntN(3)}
				if random.IntN(5) > 1 {
					in.Value = fmt.Sprintf("%d-%d", client, i)
					if random.IntN(2) == 0 {
						in.Match = seen[in.Register]
					}
				}
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if random.IntN(4) == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(3000))*time.Microsecond)
				}
				start := time.Now()
				r, err := do(ctx, s, acme, in)
				cancel()
				out := lineartest.Answer{Refused: errors.Is(err, scim.ErrVersion)}
				var busy *scim.BusyError
				out.Unsure = errors.Is(err, context.DeadlineExceeded) || errors.As(err, &busy)
				if err == nil {
					out.Register = lineartest.Register{Version: r.Version, Value: valueIn(r)}
					seen[in.Register] = r.Version
				} else if !out.Refused && !out.Unsure {
					t.Error(err)
				}
				h.Done(client, start, in, out, out.Unsure)
			}
		})
		h.Check(t, lineartest.Registers())
	})
}

// do reads or writes a register. A write changes a key too.
func do(ctx context.Context, s *sqlstore.Store, acme scim.TenantID, in lineartest.Access) (*scim.Resource, error) {
	if in.Value == "" {
		return s.Get(ctx, acme, "User", userID(in.Register))
	}
	c := newUser(in.Register, in.Value, at)
	if c.If = in.Match; in.Match == 0 {
		c.If = scim.IfAny
	}
	return s.Commit(ctx, acme, c)
}

// valueIn is the value of a register: "first" whatever its number.
func valueIn(r *scim.Resource) string {
	name := strings.Split(string(r.Document), `"`)
	value := name[len(name)-2]
	if strings.HasPrefix(value, "first") {
		return "first"
	}
	return value
}
