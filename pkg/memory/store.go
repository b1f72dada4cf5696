package memory

import (
	"context"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Store implements scim.Store, scim.BatchGetter, scim.Nester, scim.Ranger, scim.KeySetter and scim.Feed in memory. It
// is safe for concurrent use: reads of a tenant run in parallel, its writes one after the other. Times are kept to the
// microsecond, and returned in UTC. A method fails only with the errors of scim.Store, or with that of a context that
// has ended before the call. The zero value is not usable; see New.
type Store struct {
	hasher  hasher
	keep    retention
	mu      sync.RWMutex
	tenants map[scim.TenantID]*tenant
}

var (
	_ scim.Store       = (*Store)(nil)
	_ scim.BatchGetter = (*Store)(nil)
	_ scim.Nester      = (*Store)(nil)
	_ scim.Ranger      = (*Store)(nil)
	_ scim.KeySetter   = (*Store)(nil)
	_ scim.Feed        = (*Store)(nil)
)

// Options of NewWith. Zero fields take the defaults.
type Options struct {
	// Feed says how much of the feed is kept: 30 days, 20,000 entries and 32 MiB of each tenant by
	// default. With a negative Age there is none.
	Feed scim.Retention
	// Now is the clock by which entries of the feed expire; time.Now by default.
	Now func() time.Time
}

// New returns an empty Store with the default options.
func New() *Store { return NewWith(Options{}) }

// NewWith returns an empty Store.
func NewWith(o Options) *Store {
	return &Store{hasher: newHasher(), keep: retentionOf(o), tenants: map[scim.TenantID]*tenant{}}
}

// tenant has all data of one tenant.
type tenant struct {
	mu      sync.RWMutex
	hasher  hasher
	kinds   map[string]*kind  // by name of the resource type
	members map[string]*group // by id of the group
	groups  map[string]set    // by id of the member
	nested  bool              // whether anything but a user has ever become a member
	feed    feed
}

// group has the members of one group.
type group struct {
	id    string
	order texts
	byID  map[string]scim.Member
}

// MaxResource implements scim.Bounded.
func (s *Store) MaxResource() int { return scim.MaxResource }

// tenant returns the data of a tenant, which it makes if there is none.
func (s *Store) tenant(t scim.TenantID) *tenant {
	s.mu.RLock()
	tn := s.tenants[t]
	s.mu.RUnlock()
	if tn != nil {
		return tn
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if tn = s.tenants[t]; tn == nil {
		tn = &tenant{hasher: s.hasher, kinds: map[string]*kind{}, members: map[string]*group{}, groups: map[string]set{}, feed: feed{keep: &s.keep}}
		s.tenants[t] = tn
	}
	return tn
}

// kind returns the resources of a type; an empty kind if there are none.
func (tn *tenant) kind(typ string) *kind {
	if k := tn.kinds[typ]; k != nil {
		return k
	}
	return &kind{hasher: tn.hasher}
}

// read returns the data of a tenant, locked for reading.
func (s *Store) read(ctx context.Context, t scim.TenantID) (*tenant, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	tn := s.tenant(t)
	tn.mu.RLock()
	return tn, nil
}

// usable returns the error of a call that must not reach any data.
func usable(ctx context.Context, t scim.TenantID) error {
	if t.IsZero() {
		return scim.ErrNoTenant
	}
	return ctx.Err()
}

// Get implements scim.Store.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	kind := tn.kind(typ)
	state := kind.of(id)
	if state == nil {
		return nil, scim.ErrNotFound
	}
	return kind.one(id, state), nil
}

// GetMany implements scim.BatchGetter.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	out := make([]*scim.Resource, 0, len(refs))
	for _, r := range refs {
		kind := tn.kind(r.Type)
		if state := kind.of(r.ID); state != nil {
			out = append(out, kind.one(r.ID, state))
		}
	}
	return out, nil
}

// Lookup implements scim.Store.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.List{}, err
	}
	defer tn.mu.RUnlock()
	kind := tn.kind(typ)
	var room [usual]uint32
	numbers := room[:0]
	total, more := kind.with(k, page, func(n uint32) { numbers = append(numbers, n) })
	return scim.List{Resources: kind.resources(numbers), Total: total, More: more}, nil
}

// List implements scim.Store.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.List{}, err
	}
	defer tn.mu.RUnlock()
	kind := tn.kind(typ)
	var room [usual]uint32
	numbers := room[:0]
	more := kind.page(&kind.order, page, func(n uint32) { numbers = append(numbers, n) })
	return scim.List{Resources: kind.resources(numbers), Total: kind.order.n, More: more}, nil
}

// usual is how many resources a page has at most, if it is no large one.
const usual = 128
