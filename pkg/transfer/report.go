package transfer

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Counts are things of one kind, by what an import does with them.
type Counts struct {
	Created int64 `json:"created"`
	Changed int64 `json:"changed"`
	Removed int64 `json:"removed"`
	Equal   int64 `json:"equal"`
}

// Differs reports whether something is written.
func (c Counts) Differs() bool { return c.Created+c.Changed+c.Removed > 0 }

// Kinds of things that are counted, beside the names of resource types.
const (
	KindSettings = "settings"
	KindMembers  = "memberships" // created and removed
	KindTokens   = "tokens"
	KindClients  = "clients"
	KindWebhooks = "webhooks"
)

// KindCount are the counts of a kind.
type KindCount struct {
	Kind string `json:"kind"`
	Counts
}

// Difference is one thing that an import changes. It has no values.
type Difference struct {
	Action string   `json:"action"` // create, change or remove
	Kind   string   `json:"kind"`   // a resource type, or one of the kinds
	ID     string   `json:"id"`
	Names  []string `json:"names,omitempty"` // of the attributes that a change changes
}

// mostDifferences is how many differences a report names.
const mostDifferences = 20

// Imported is what an import has done, or would do.
type Imported struct {
	Header
	Into        string       `json:"into"` // the tenant
	New         bool         `json:"new"`  // the tenant was not there
	Kinds       []KindCount  `json:"kinds"`
	Differences []Difference `json:"differences,omitempty"` // the first ones
	// Missing is how many members of groups are left out, because there is no such resource: a place does not take them.
	Missing int64 `json:"missing"`
	// Clashes are resources that are not imported, because a unique value of theirs belongs to another one that the file
	// has too. The tenant stays paused.
	Clashes []Clash `json:"clashes,omitempty"`
	// Feed is the last number of the feed of the tenant after the import; 0 without a feed. Readers begin with a
	// snapshot.
	Feed int64 `json:"feed"`
	// WebhooksLeft is how many webhooks of the file were not made; see ImportOptions.Webhooks.
	WebhooksLeft int       `json:"webhooksLeft"`
	Paused       string    `json:"paused,omitempty"` // why the tenant serves nothing now; "" if it does
	Began        time.Time `json:"-"`
	Ended        time.Time `json:"-"`
}

// Clash is a resource that cannot have a value, because another one has it.
type Clash struct {
	Type   string `json:"type"`
	ID     string `json:"id"`
	Attr   string `json:"attribute"`
	Holder string `json:"holder"`
}

// Count returns the counts of a kind.
func (r *Imported) Count(kind string) Counts {
	for _, k := range r.Kinds {
		if k.Kind == kind {
			return k.Counts
		}
	}
	return Counts{}
}

// Differs reports whether anything is written.
func (r *Imported) Differs() bool {
	return slices.ContainsFunc(r.Kinds, func(k KindCount) bool { return k.Differs() })
}

// tally counts from several goroutines.
type tally struct {
	mu  sync.Mutex
	out *Imported
	at  map[string]int // of a kind in out.Kinds
}

func newTally(out *Imported) *tally { return &tally{out: out, at: map[string]int{}} }

// kind returns the counts of a kind. mu is held.
func (t *tally) kind(name string) *Counts {
	i, ok := t.at[name]
	if !ok {
		i = len(t.out.Kinds)
		t.at[name] = i
		t.out.Kinds = append(t.out.Kinds, KindCount{Kind: name})
	}
	return &t.out.Kinds[i].Counts
}

func (t *tally) equal(kind string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kind(kind).Equal += n
}

// add counts differences, and names one of them.
func (t *tally) add(action, kind, id string, n int64, names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.kind(kind)
	switch action {
	case actionCreate:
		c.Created += n
	case actionChange:
		c.Changed += n
	default:
		c.Removed += n
	}
	if len(t.out.Differences) < mostDifferences {
		t.out.Differences = append(t.out.Differences, Difference{action, kind, id, names})
	}
}

func (t *tally) missing(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out.Missing += n
}

// sort brings what goroutines have added into an order.
func (t *tally) sort() {
	slices.SortStableFunc(t.out.Differences, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(t.at[a.Kind], t.at[b.Kind]), cmp.Compare(a.ID, b.ID))
	})
}

const (
	actionCreate = "create"
	actionChange = "change"
	actionRemove = "remove"
)
