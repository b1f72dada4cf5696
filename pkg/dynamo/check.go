package dynamo

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// FaultKind says how items of a tenant disagree.
type FaultKind string

// The kinds of a Fault, with its effect until it is repaired.
const (
	// LeftValue: an index item names a resource that does not have the value. A unique value is refused to others as taken.
	LeftValue FaultKind = "left value"
	// LostValue: a resource is not found by a value that it has, and another one can take the value.
	LostValue FaultKind = "lost value"
	// LostMember: a group has a member that does not exist.
	LostMember FaultKind = "lost member"
	// LostGroup: a member is in a group that does not exist.
	LostGroup FaultKind = "lost group"
	// OldName: a group shows a member by an earlier name.
	OldName FaultKind = "old name"
)

// Fault is one disagreement between the items of a tenant.
type Fault struct {
	Kind     FaultKind
	Type, ID string // the resource with the value, the member, or the group that is lost
	Attr     string // of LeftValue and LostValue
	Value    string // likewise, in its comparison form: personal data. A long value is a hash
	Other    string // id of the resource that has a lost value too, and is found by it
	Repaired bool   // or there is nothing left to repair
}

// Checked is how far a check is.
type Checked struct {
	Resources, Values, Memberships int // read
	Faults, Repaired               int
	Waiting                        time.Duration // until a disagreement cannot be a change in progress any more
}

// CheckOptions say how Check works.
type CheckOptions struct {
	Repair bool
	// Settle is how long a disagreement has to last, because a change may be in progress and the stream late; 30 s by
	// default. Nothing is waited for where all agrees.
	Settle time.Duration
	// Progress and Found, unless nil, are called from time to time and for each fault, one call after the other.
	Progress func(Checked)
	Found    func(Fault)
}

// Check compares all items of a tenant that have to agree, and repairs what does not if it is asked to: index items
// with their resources, and memberships with members and groups. It is safe beside traffic, in several processes, and
// can be interrupted. Repairs of memberships are in the feed; what another resource has too (Other of a LostValue) is only
// reported. It reads everything: about 5 read units for a user with 5 values, and 2 for a membership. Counters are not compared, see
// Recount, nor the values with the documents, see ReindexOptions.All. It returns tenant.ErrUnknown if there is no such tenant.
func (ts *Tenants) Check(ctx context.Context, id scim.TenantID, o CheckOptions) (Checked, error) {
	if err := ts.version.check(ctx, ts.store); err != nil {
		return Checked{}, err
	}
	settings, err := ts.store.getItem(ctx, settingsKey(id), true)
	if err != nil {
		return Checked{}, err
	}
	if settings == nil || settings[attrDeleted] != nil {
		return Checked{}, tenant.ErrUnknown
	}
	types, err := (&deletion{s: ts.store, t: id, settings: settings}).types(ctx)
	if err != nil {
		return Checked{}, err
	}
	o.Settle = cmp.Or(o.Settle, defaultCheckSettle)
	c := &checker{s: ts.store, t: id, o: o, attrs: map[string]bool{}}
	for _, attr := range indexAttributes(id, settings) {
		c.attrs[attr] = true
	}
	err = c.run(ctx, types)
	return c.out, err
}

const (
	// defaultCheckSettle is longer than a request takes, and than the stream is late as a rule.
	defaultCheckSettle = 30 * time.Second
	// checkPage is how many items are compared at a time.
	checkPage = 200
	// maxSuspects is how many disagreements are looked at again together.
	maxSuspects = 1000
)

// checker is one Check.
type checker struct {
	s   *Store
	t   scim.TenantID
	o   CheckOptions
	out Checked

	attrs    map[string]bool // whose values are indexed
	suspects []suspect
}

// suspect is a disagreement that may be a change in progress.
type suspect struct {
	Fault
	key   key // of the index item
	edge  membership
	since time.Time
}

func (c *checker) run(ctx context.Context, types []string) error {
	for _, typ := range types {
		if err := c.pages(ctx, (&listing{s: c.s, t: c.t, typ: typ}).query(""), func(page []item) error { return c.resources(ctx, typ, page) }); err != nil {
			return err
		}
	}
	for _, typ := range types {
		for _, attr := range slices.Sorted(maps.Keys(c.attrs)) {
			in := keysIn(c.s.table, indexPK(c.t, typ, attr))
			in.ConsistentRead, in.ProjectionExpression = nil, nil
			if err := c.pages(ctx, in, func(page []item) error { return c.values(ctx, typ, attr, page) }); err != nil {
				return err
			}
		}
	}
	for _, partition := range reversePartitions(c.t) {
		in := c.s.reverseKeys(partition)
		in.ProjectionExpression = nil
		if err := c.pages(ctx, in, func(page []item) error { return c.memberships(ctx, page) }); err != nil {
			return err
		}
	}
	return c.confirm(ctx)
}

// pages compares what a query finds, page by page.
func (c *checker) pages(ctx context.Context, in *dynamodb.QueryInput, compare func([]item) error) error {
	in.Limit = aws.Int32(checkPage)
	for {
		out, err := c.s.queryPage(ctx, in)
		if err != nil {
			return err
		}
		if err := compare(out.Items); err != nil {
			return err
		}
		c.report(0)
		if len(c.suspects) >= maxSuspects {
			if err := c.confirm(ctx); err != nil {
				return err
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
	}
}

func (c *checker) report(waiting time.Duration) {
	if c.out.Waiting = waiting; c.o.Progress != nil {
		c.o.Progress(c.out)
	}
}

func (c *checker) suspect(s suspect) {
	s.since = time.Now() // a duration of this process
	c.suspects = append(c.suspects, s)
}

// confirm looks at the suspects again once no change can be in progress, with strong consistency, and repairs them.
func (c *checker) confirm(ctx context.Context) error {
	if len(c.suspects) == 0 {
		return nil
	}
	youngest := c.suspects[len(c.suspects)-1]
	if wait := c.o.Settle - time.Since(youngest.since); wait > 0 {
		c.report(wait)
		if err := async.Sleep(ctx, wait); err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.suspects, func(a, b suspect) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.ID, b.ID), strings.Compare(a.Attr, b.Attr), strings.Compare(a.Value, b.Value))
	})
	var last Fault
	for _, s := range c.suspects {
		of := s.Fault
		if of == last { // the repair of one is that of all
			continue
		}
		again := c.value
		switch s.Kind {
		case LostValue:
			again = c.lost
		case LostMember, LostGroup, OldName:
			again = c.membership
		}
		fault, err := again(ctx, &s)
		if err != nil {
			return err
		}
		if fault { // otherwise the next edge may be: a member of a large group can have one that is no membership
			last = of
			c.found(s.Fault)
		}
	}
	c.suspects = c.suspects[:0]
	return nil
}

func (c *checker) found(f Fault) {
	c.out.Faults++
	if f.Repaired {
		c.out.Repaired++
	}
	if c.o.Found != nil {
		c.o.Found(f)
	}
	c.report(0)
}
