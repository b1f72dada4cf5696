package dynamo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// model runs the same operations on the memory store and on the DynamoDB store.
type model struct {
	*testing.T
	random   *rand.Rand
	engine   *dynamotest.Engine
	want     scim.Store
	have     *dynamo.Store
	clock    time.Time
	api      *dynamodb.Client
	sweeper  *dynamo.Consumer
	timeless bool // times are not compared, because a sweeper uses its own
	log      []string
	groups   [modelGroups]int // the id of each group; no id is used twice
	made     int
}

const (
	modelUsers  = 220 // more members than a transaction takes
	modelGroups = 4
)

func userID(n int) string  { return fmt.Sprintf("01900000-0000-7000-8000-%012d", n) }
func groupID(n int) string { return fmt.Sprintf("01900000-0000-7000-9000-%012d", n) }

// change returns a random change of one resource.
func (m *model) change() scim.Change {
	m.clock = m.clock.Add(time.Second)
	c := scim.Change{Now: m.clock, If: scim.IfAny}
	if m.random.IntN(3) == 0 {
		n := m.random.IntN(12)
		c.Type, c.ID = "User", userID(n)
		name := fmt.Sprintf("name%d", m.random.IntN(14)) // names collide
		m.write(&c, name, scim.IndexKey{Attr: "userName", Value: name, Unique: true}, scim.IndexKey{Attr: "externalId", Value: fmt.Sprint("x", m.random.IntN(3))})
		return c
	}
	n := m.random.IntN(modelGroups)
	c.Type, c.ID = "Group", groupID(m.groups[n])
	if _, err := m.want.Get(m.Context(), m.tenant(), c.Type, c.ID); errors.Is(err, scim.ErrNotFound) {
		m.made++
		m.groups[n], c.ID = m.made, groupID(m.made)
	}
	name := fmt.Sprintf("group%d", m.random.IntN(modelGroups+1))
	m.write(&c, name, scim.IndexKey{Attr: "displayName", Value: name, Unique: true})
	if c.Remove {
		return c
	}
	if c.If == scim.IfAbsent || m.random.IntN(6) == 0 {
		c.AddMembers = m.members()
		c.ClearMembers = c.If != scim.IfAbsent
		return c
	}
	c.Put, c.Keys = nil, nil
	c.AddMembers = m.members()
	for _, e := range m.members() {
		if !slices.ContainsFunc(c.AddMembers, func(a scim.Member) bool { return a.ID == e.ID }) {
			c.RemoveMembers = append(c.RemoveMembers, e.ID)
		}
	}
	return c
}

// write makes the change a create, a replacement or a removal, depending on the current state.
func (m *model) write(c *scim.Change, name string, keys ...scim.IndexKey) {
	cur, err := m.want.Get(m.Context(), m.tenant(), c.Type, c.ID)
	switch {
	case errors.Is(err, scim.ErrNotFound):
		c.If = scim.IfAbsent
	case m.random.IntN(6) == 0:
		c.Remove = true
	case m.random.IntN(3) == 0:
		c.If = cur.Version - int64(m.random.IntN(2)) // sometimes stale; 0 is a create
	}
	if !c.Remove {
		c.Put, c.Keys = &scim.Resource{Created: c.Now, LastModified: c.Now, Document: []byte(fmt.Sprintf(`{"schemas":[],"name":%q}`, name))}, keys
	}
}

// members returns a few members or many.
func (m *model) members() []scim.Member {
	n := m.random.IntN(5)
	if m.random.IntN(4) == 0 {
		n = m.random.IntN(modelUsers)
	}
	var out []scim.Member
	for _, u := range m.random.Perm(modelUsers)[:n] {
		out = append(out, scim.Member{ID: userID(u), Type: "User", Display: "u"})
	}
	return out
}

func (m *model) tenant() scim.TenantID { return id(m.T, "acme") }

// snapshot returns everything that a store can return.
func (m *model) snapshot(s scim.Store) map[string]any {
	m.Helper()
	out := map[string]any{}
	must := func(err error) {
		m.Helper()
		if err != nil {
			m.Fatalf("%v\n%v", err, m.log)
		}
	}
	for _, typ := range []string{"User", "Group"} {
		l, err := s.List(m.Context(), m.tenant(), typ, scim.Page{Limit: 1000})
		must(err)
		for _, r := range l.Resources {
			out[r.ID] = fmt.Sprintf("%d %s", r.Version, r.Document)
			if !m.timeless {
				out["time of "+r.ID] = r.LastModified.UTC().Format(time.RFC3339)
			}
		}
	}
	for n := range m.made + 1 {
		l, err := s.Members(m.Context(), m.tenant(), groupID(n), scim.Page{Limit: 1000})
		must(err)
		out["members of "+groupID(n)] = fmt.Sprint(l.Total, l.Members)
	}
	ids := make([]string, modelUsers)
	for n := range ids {
		ids[n] = userID(n)
	}
	groups, err := s.MemberOf(m.Context(), m.tenant(), ids)
	must(err)
	for k, v := range groups {
		out["groups of "+k] = v
	}
	for n := range 14 {
		for _, attr := range []string{"userName", "externalId"} {
			k := scim.IndexKey{Attr: attr, Value: map[string]string{"userName": fmt.Sprint("name", n), "externalId": fmt.Sprint("x", n)}[attr], Unique: attr == "userName"}
			l, err := s.Lookup(m.Context(), m.tenant(), "User", k, scim.Page{Limit: 100})
			must(err)
			for _, r := range l.Resources {
				out[fmt.Sprint(attr, n, r.ID)] = l.Total
			}
		}
	}
	return out
}

// kind is an error of the contract as a string.
func kind(err error) string {
	var taken *scim.TakenError
	var missing *scim.MissingError
	var busy *scim.BusyError
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, scim.ErrNotFound):
		return "not found"
	case errors.Is(err, scim.ErrVersion):
		return "version"
	case errors.As(err, &taken):
		return "taken " + taken.Attr
	case errors.As(err, &missing):
		return "missing"
	case errors.As(err, &busy):
		return "busy"
	}
	return err.Error()
}

func newModel(t *testing.T, seed uint64) *model {
	t.Helper()
	e, api := serve(t)
	m := &model{T: t, random: rand.New(rand.NewPCG(seed, 7)), engine: e, want: memory.New(), clock: time.UnixMilli(1767323045000).UTC()}
	o := dynamo.Options{Table: table, Lease: time.Minute, Now: func() time.Time { return m.clock }}
	if seed%3 > 0 { // groups become large, at once or in parts
		o.LargeGroup = []int{0, 20, 90}[seed%3]
	}
	api = dynamodb.New(api.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }) // the store retries by itself
	m.api, m.have, m.sweeper = api, dynamo.New(api, o), dynamo.NewConsumer(api, o)
	people(t, 0, modelUsers, m.want, m.have)
	return m
}

// step makes a change in both stores and compares their errors.
func (m *model) step() {
	m.Helper()
	c := m.change()
	m.log = append(m.log, fmt.Sprintf("%s %s if=%d put=%v remove=%v clear=%v +%d -%d", c.Type, c.ID[19:], c.If, c.Put != nil, c.Remove, c.ClearMembers, len(c.AddMembers), len(c.RemoveMembers)))
	_, want := m.want.Commit(m.Context(), m.tenant(), c)
	_, have := m.have.Commit(m.Context(), m.tenant(), c)
	if kind(want) != kind(have) {
		m.Fatalf("memory returns %q, dynamo %q\n%v", kind(want), kind(have), m.log)
	}
}

func (m *model) compare() {
	m.Helper()
	if d := cmp.Diff(m.snapshot(m.want), m.snapshot(m.have)); d != "" {
		m.Fatalf("memory and dynamo differ (-memory +dynamo):\n%.3000s\n%v", d, m.log)
	}
}

// TestModel: random operations on both stores end in the same state, with faults that the store
// has to hide.
func TestModel(t *testing.T) {
	t.Parallel()
	for seed := range dynamotest.Size(3, 6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, uint64(seed))
			m.engine.Inject(faulty)
			for i := range 60 {
				m.step()
				if i%10 == 9 {
					m.engine.Inject(nil)
					m.compare()
					m.engine.Inject(faulty)
				}
			}
		})
	}
}

// TestModelCrashes: a change is interrupted after any number of calls. It leaves the state before
// or after it, never another one, and later changes succeed.
func TestModelCrashes(t *testing.T) {
	t.Parallel()
	for seed := range dynamotest.Size(3, 6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, 100+uint64(seed))
			m.timeless = true
			for range 25 {
				m.crashing()
			}
		})
	}
}

// crashing interrupts one change, and then determines which state it left.
func (m *model) crashing() {
	m.Helper()
	c := m.change()
	n := 1 + m.random.IntN(12)
	if m.random.IntN(3) == 0 {
		n = m.random.IntN(300)
	}
	fault := dynamotest.DropBefore
	if m.random.IntN(2) == 0 {
		fault = dynamotest.DropAfter
	}
	m.engine.Reset()
	m.engine.Inject(func(_ string, i int) dynamotest.Fault {
		switch {
		case i < n:
			return dynamotest.Fault{}
		case i == n:
			return dynamotest.Fault{Kind: fault}
		}
		return dynamotest.Fault{Kind: dynamotest.DropBefore}
	})
	before := m.snapshot(m.want)
	m.log = append(m.log, fmt.Sprintf("crash %d: %s %s if=%d put=%v remove=%v clear=%v +%d -%d", n, c.Type, c.ID[19:], c.If, c.Put != nil, c.Remove, c.ClearMembers, len(c.AddMembers), len(c.RemoveMembers)))
	_, have := m.have.Commit(m.Context(), m.tenant(), c)
	m.engine.Inject(nil)
	m.clock = m.clock.Add(2 * time.Minute) // all leases have expired
	left := m.settle(c)
	if have != nil && kind(have) == "busy" && cmp.Equal(before, left) {
		return
	}
	_, want := m.want.Commit(m.Context(), m.tenant(), c)
	if kind(have) != "busy" && kind(have) != kind(want) {
		m.Fatalf("memory returns %q, dynamo %q\n%v", kind(want), kind(have), m.log)
	}
	if d := cmp.Diff(m.snapshot(m.want), left); d != "" {
		m.Fatalf("a crash left neither state (-after +left):\n%.3000s\n%v", d, m.log)
	}
}

// settle returns the state that is left. After a removal, the sweeper runs first: removals are the
// only changes that may be completed after the request.
func (m *model) settle(c scim.Change) map[string]any {
	m.Helper()
	if _, err := m.have.Get(m.Context(), m.tenant(), c.Type, c.ID); c.Remove && errors.Is(err, scim.ErrNotFound) {
		if _, err := m.sweeper.Process(m.Context(), []dynamo.StreamRecord{removed(m.tenant(), c.Type, c.ID, 1)}); err != nil {
			m.Fatal(err)
		}
	}
	return m.snapshot(m.have)
}

// TestModelWriters: concurrent writers, each with members of its own, change a few or many of them
// in one write. Both stores end in the same state, in any order of the writes.
func TestModelWriters(t *testing.T) {
	t.Parallel()
	m := newModel(t, 1)
	m.timeless = true
	m.have = dynamo.New(m.api, dynamo.Options{Table: table, LargeGroup: 150}) // it becomes large meanwhile
	const writers, each = 8, 200
	steps := racing.Size(3, 6)
	people(t, modelUsers, writers*each, m.want, m.have)
	for _, s := range []scim.Store{m.want, m.have} {
		if _, err := s.Commit(t.Context(), m.tenant(), scim.Change{Type: "Group", ID: groupID(0), Now: m.clock, Put: &scim.Resource{Document: []byte(`{}`)}}); err != nil {
			t.Fatal(err)
		}
	}
	m.engine.Inject(faulty)
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 3))
			for range steps {
				c := scim.Change{Type: "Group", ID: groupID(0), If: scim.IfAny, Now: m.clock}
				for u := range each {
					e := scim.Member{ID: userID(n*each + u), Type: "User"}
					switch random.IntN(3 + 20*random.IntN(2)) {
					case 0:
						c.AddMembers = append(c.AddMembers, e)
					case 1:
						c.RemoveMembers = append(c.RemoveMembers, e.ID)
					}
				}
				if _, err := m.want.Commit(t.Context(), m.tenant(), c); err != nil {
					t.Error(err)
				}
				for {
					_, err := m.have.Commit(t.Context(), m.tenant(), c)
					if kind(err) == "busy" {
						continue
					}
					if err != nil {
						t.Error(err)
					}
					break
				}
			}
		})
	}
	wg.Wait()
	m.engine.Inject(nil)
	m.compare()
}
