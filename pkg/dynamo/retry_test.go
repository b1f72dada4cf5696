package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

func newUser(n int, name, doc string) scim.Change {
	now := time.UnixMilli(1767323045000).UTC()
	return scim.Change{Type: "User", ID: userID(n), Now: now, Put: &scim.Resource{Created: now, Document: []byte(doc)},
		Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}}}
}

// TestConflictIsNoRefusal: a transaction that conflicts with another one or is throttled is retried for a share of
// the request's time, one that meets a fault of the server a few times. If that does not help, the result
// is busy (503), never 409 or 412.
func TestConflictIsNoRefusal(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamotest.FaultKind{dynamotest.Conflict, dynamotest.Throttle, dynamotest.Throttling, dynamotest.InternalError, dynamotest.InProgress} {
		for failures, want := range map[int]string{3: "ok", 1000: "busy"} {
			t.Run(fmt.Sprintf("kind %d, %d times", fault, failures), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					e, api := serve(t)
					s := dynamo.New(api, dynamo.Options{Table: table})
					e.Reset()
					e.Inject(func(op string, n int) dynamotest.Fault {
						if op == "TransactWriteItems" && n <= failures {
							return dynamotest.Fault{Kind: fault}
						}
						return dynamotest.Fault{}
					})
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
					defer cancel()
					_, err := s.Commit(ctx, id(t, "acme"), newUser(1, "ann", `{}`))
					if got := strings.Fields(kind(err))[0]; got != want {
						t.Errorf("%s (%v), want %s", got, err, want)
					}
					if calls := e.Meter().Requests["TransactWriteItems"]; calls > 60 || fault == dynamotest.InternalError && calls > 12 {
						t.Errorf("%d calls", calls)
					}
				})
			})
		}
	}
}

// TestLostAnswers: if a response is lost, the SDK repeats the request. A write that has taken effect
// does not conflict with its own repetition.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	lose := func() {
		e.Reset()
		e.Inject(func(_ string, n int) dynamotest.Fault {
			if n == 1 {
				return dynamotest.Fault{Kind: dynamotest.DropAfter}
			}
			return dynamotest.Fault{}
		})
	}
	lose()
	r, err := s.Commit(t.Context(), acme, newUser(1, "ann", `{}`))
	if err != nil {
		t.Fatal("create:", err)
	}
	lose()
	c := newUser(1, "ann", `{"title":"x"}`)
	c.If, c.Prior = 1, r
	if r, err = s.Commit(t.Context(), acme, c); err != nil || r.Version != 2 {
		t.Fatal("put:", r, err)
	}
	lose()
	c = newUser(1, "anne", `{"title":"x"}`)
	c.If, c.Prior = 2, r
	if r, err = s.Commit(t.Context(), acme, c); err != nil || r.Version != 3 {
		t.Fatal("transaction:", r, err)
	}
	lose()
	if _, err = s.Commit(t.Context(), acme, scim.Change{Type: "User", ID: userID(1), If: scim.IfAny, Prior: r, Now: time.Now(), Remove: true}); err != nil {
		t.Fatal("remove:", err)
	}
}

// TestTooLarge: a resource that no item can hold is answered with 413 before anything is
// written, and the record of the request names the cause.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	e, api := serve(t)
	codes := make(chan scim.Code, 1)
	c := beginWith(t, dynamo.New(api, dynamo.Options{Table: table}), func(_ *http.Request, rec *scim.Record) { codes <- rec.Code })
	before := e.Meter().WriteUnits
	status, m := c.do("POST", "/Users", `{"userName":"a","title":"`+strings.Repeat("x", 410<<10)+`"}`)
	detail, _ := m["detail"].(string)
	if status != 413 || m["scimType"] != nil || !strings.Contains(detail, "more than the 399360 ") || e.Meter().WriteUnits != before {
		t.Errorf("%d %v", status, m)
	}
	if code := <-codes; code != scim.CodeResourceSize {
		t.Errorf("the record has code %q", code)
	}
}

// TestTooLargeError: the store returns an error of its own, which a caller can recognise.
func TestTooLargeError(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	c := newUser(1, "ann", `{"title":"`+strings.Repeat("x", 400<<10)+`"}`)
	_, err := dynamo.New(api, dynamo.Options{Table: table}).Commit(t.Context(), id(t, "acme"), c)
	var large *scim.TooLargeError
	if !errors.As(err, &large) || large.Bytes <= large.Limit || large.Limit != 390<<10 {
		t.Errorf("%v", err)
	}
}

// TestManyKeys: a resource may hold more index keys than a transaction takes.
func TestManyKeys(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	s := dynamo.New(api, dynamo.Options{Table: table})
	acme := id(t, "acme")
	c := newUser(1, "ann", `{}`)
	for n := range 300 {
		c.Keys = append(c.Keys, scim.IndexKey{Attr: "emails.value", Value: fmt.Sprintf("%d@example.com", n)})
	}
	r, err := s.Commit(t.Context(), acme, c)
	if err != nil {
		t.Fatal(err)
	}
	found := func(n int) int {
		l, err := s.Lookup(t.Context(), acme, "User", scim.IndexKey{Attr: "emails.value", Value: fmt.Sprintf("%d@example.com", n)}, scim.Page{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Resources)
	}
	if found(0) != 1 || found(299) != 1 {
		t.Error("a key is not found")
	}
	c.If, c.Prior, c.Keys = 1, r, c.Keys[:1]
	if _, err = s.Commit(t.Context(), acme, c); err != nil || found(0) != 0 || found(299) != 0 {
		t.Error("a key was not released", err)
	}
	taken := newUser(2, "ann", `{}`)
	var e *scim.TakenError
	if _, err := s.Commit(t.Context(), acme, taken); !errors.As(err, &e) || e.ID != userID(1) {
		t.Errorf("%v", err)
	}
}

// TestTooManyMembers: a group with more members than an answer can have gets 413, and the detail
// says how to read it without them.
func TestTooManyMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, scim.Limits{MaxMembers: 50})
	users := seed(t, w.store, 60)
	_, c := w.spawn(t)
	g := c.create("/Groups", `{"displayName":"g","members":[`+references(users)+`]}`)
	status, m := c.do("GET", "/Groups/"+g, "")
	if detail, _ := m["detail"].(string); status != 413 || m["scimType"] != nil || !strings.Contains(detail, "excludedAttributes=members") {
		t.Errorf("%d %v", status, m)
	}
	if status, m = c.do("GET", "/Groups/"+g+"?excludedAttributes=members", ""); status != 200 || m["members"] != nil {
		t.Errorf("%d %v", status, m)
	}
	if status, m = c.do("PUT", "/Groups/"+g, `{"displayName":"h","members":[`+references(users)+`]}`); status != 200 || m["displayName"] != "h" {
		t.Errorf("a write must not fail after it has taken effect: %d %v", status, m)
	}
}
