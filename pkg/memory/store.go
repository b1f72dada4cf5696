package memory

import (
	"context"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Store implements scim.Store and scim.BatchGetter. The zero value is not usable; see New.
// Safe for concurrent use; writes of one tenant wait for each other.
type Store struct {
	mu      sync.RWMutex
	tenants map[scim.TenantID]*tenant
}

var (
	_ scim.Store       = (*Store)(nil)
	_ scim.BatchGetter = (*Store)(nil)
)

// New makes an empty store.
func New() *Store { return &Store{tenants: map[scim.TenantID]*tenant{}} }

// tenant is everything of one tenant.
type tenant struct {
	mu      sync.RWMutex
	types   map[string]*order
	entries map[place]*entry
	index   map[attribute]map[string]set // by value
	members map[string]*group
	groups  map[string]set
}

type place struct{ typ, id string }

type attribute struct{ typ, name string }

type entry struct {
	resource *scim.Resource
	keys     []scim.IndexKey
}

type group struct {
	order order
	byID  map[string]scim.Member
}

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
		tn = &tenant{types: map[string]*order{}, entries: map[place]*entry{}, index: map[attribute]map[string]set{},
			members: map[string]*group{}, groups: map[string]set{}}
		s.tenants[t] = tn
	}
	return tn
}

// read locks a tenant for reading.
func (s *Store) read(ctx context.Context, t scim.TenantID) (*tenant, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tn := s.tenant(t)
	tn.mu.RLock()
	return tn, nil
}

// Get implements scim.Store.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	e := tn.entries[place{typ, id}]
	if e == nil {
		return nil, scim.ErrNotFound
	}
	return e.resource, nil
}

// GetMany implements scim.BatchGetter.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, typ string, ids []string) ([]*scim.Resource, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	out := make([]*scim.Resource, 0, len(ids))
	for _, id := range ids {
		if e := tn.entries[place{typ, id}]; e != nil {
			out = append(out, e.resource)
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
	return tn.list(typ, tn.index[attribute{typ, k.Attr}][k.Value], page), nil
}

// List implements scim.Store.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.List{}, err
	}
	defer tn.mu.RUnlock()
	o := tn.types[typ]
	if o == nil {
		return scim.List{}, nil
	}
	return tn.list(typ, set{many: o}, page), nil
}

func (tn *tenant) list(typ string, o set, page scim.Page) scim.List {
	l := scim.List{Total: o.size()}
	if page.Limit > 0 && l.Total > 0 {
		l.Resources = make([]*scim.Resource, 0, min(page.Limit, l.Total))
	}
	l.More = o.page(page.After, page.Offset, page.Limit, func(id string) {
		l.Resources = append(l.Resources, tn.entries[place{typ, id}].resource)
	})
	return l
}

// Members implements scim.Store.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.MemberList{}, err
	}
	defer tn.mu.RUnlock()
	g := tn.members[groupID]
	if g == nil {
		return scim.MemberList{}, nil
	}
	l := scim.MemberList{Total: g.order.n}
	l.More = g.order.page(page.After, page.Offset, page.Limit, func(id string) {
		l.Members = append(l.Members, g.byID[id])
	})
	return l, nil
}

// IsMember implements scim.Store.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	out := map[string]bool{}
	if g := tn.members[groupID]; g != nil {
		for _, id := range ids {
			if _, ok := g.byID[id]; ok {
				out[id] = true
			}
		}
	}
	return out, nil
}

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	var out map[string][]string
	for _, id := range ids {
		if o := tn.groups[id]; o.size() > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			list := make([]string, 0, o.size())
			o.page("", 0, o.size(), func(g string) { list = append(list, g) })
			out[id] = list
		}
	}
	return out, nil
}
