package session

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Base is what a Store wraps: a scim.Store with the optional abilities of *dynamo.Store.
type Base interface {
	scim.Store
	scim.BatchGetter
	scim.EdgeReader
	scim.Nester
	scim.MemberFinder
	scim.Feed
	scim.Ranger
	scim.Bounded
	scim.Finisher
}

// Store is a store whose calls use the session of the tenant that they name. Its promises and errors
// are those of the store under it. A test compares its methods with those of *dynamo.Store.
type Store struct{ base Base }

var _ Base = (*Store)(nil)

// NewStore returns a Store over one whose client has Sessions as its credentials.
func NewStore(base Base) *Store { return &Store{base} }

// MaxResource implements scim.Bounded.
func (s *Store) MaxResource() int { return s.base.MaxResource() }

// Finishes implements scim.Finisher.
func (s *Store) Finishes() bool { return s.base.Finishes() }

// Get implements scim.Store.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	return s.base.Get(With(ctx, t), t, typ, id)
}

// Lookup implements scim.Store.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, error) {
	return s.base.Lookup(With(ctx, t), t, typ, k, page)
}

// List implements scim.Store.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	return s.base.List(With(ctx, t), t, typ, page)
}

// Members implements scim.Store.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	return s.base.Members(With(ctx, t), t, groupID, page)
}

// IsMember implements scim.Store.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	return s.base.IsMember(With(ctx, t), t, groupID, ids)
}

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	return s.base.MemberOf(With(ctx, t), t, ids)
}

// Commit implements scim.Store.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	return s.base.Commit(With(ctx, t), t, c)
}

// GetMany implements scim.BatchGetter.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	return s.base.GetMany(With(ctx, t), t, refs)
}

// GetWithGroups implements scim.EdgeReader.
func (s *Store) GetWithGroups(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, []string, error) {
	return s.base.GetWithGroups(With(ctx, t), t, typ, id)
}

// ListWithGroups implements scim.EdgeReader.
func (s *Store) ListWithGroups(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, map[string][]string, error) {
	return s.base.ListWithGroups(With(ctx, t), t, typ, page)
}

// Range implements scim.Ranger.
func (s *Store) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	return s.base.Range(With(ctx, t), t, typ, r, page)
}

// LookupWithGroups implements scim.EdgeReader.
func (s *Store) LookupWithGroups(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, map[string][]string, error) {
	return s.base.LookupWithGroups(With(ctx, t), t, typ, k, page)
}

// MembersOf implements scim.EdgeReader.
func (s *Store) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	return s.base.MembersOf(With(ctx, t), t, groups, limit)
}

// Nested implements scim.Nester.
func (s *Store) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	return s.base.Nested(With(ctx, t), t)
}

// FindMembers implements scim.MemberFinder.
func (s *Store) FindMembers(ctx context.Context, t scim.TenantID, group scim.Ref, typ string, ids []string) ([]scim.Member, error) {
	return s.base.FindMembers(With(ctx, t), t, group, typ, ids)
}

// Entries implements scim.Feed.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	return s.base.Entries(With(ctx, t), t, after, limit)
}

// Last implements scim.Feed.
func (s *Store) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	return s.base.Last(With(ctx, t), t)
}
