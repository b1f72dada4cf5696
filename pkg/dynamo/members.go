package dynamo

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Members implements scim.Store. The header is read before and after the edges: if it is the
// same, no write came in between, and what was read is one state of the group.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if !storable(groupID) {
		return scim.MemberList{}, nil
	}
	before, typ, err := s.known(ctx, t, groupID, page.Prior)
	for round := range maxRounds {
		if err != nil || before == nil {
			return scim.MemberList{}, err
		}
		st := stateOf(before)
		if !st.Had || st.Count == 0 {
			return scim.MemberList{}, nil
		}
		l, err := s.membersPage(ctx, t, groupID, st, page)
		if err != nil {
			return scim.MemberList{}, err
		}
		after, err := s.Get(ctx, t, typ, groupID)
		if errors.Is(err, scim.ErrNotFound) {
			return scim.MemberList{}, nil
		}
		if err != nil {
			return scim.MemberList{}, err
		}
		if before.Version == after.Version && st.Seq == stateOf(after).Seq {
			return l, nil
		}
		before = after
		if err := pause(ctx, round/2); err != nil {
			return scim.MemberList{}, err
		}
	}
	return scim.MemberList{}, &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the group changes faster than it can be read")}
}

// known is the group as the caller has read it, or as it is read now; nil if there is none.
func (s *Store) known(ctx context.Context, t scim.TenantID, groupID string, prior *scim.Resource) (*scim.Resource, string, error) {
	if prior != nil {
		return prior, prior.Type, nil
	}
	it, typ, err := s.header(ctx, t, groupID)
	if err != nil || it == nil {
		return nil, typ, err
	}
	r, err := resourceOf(typ, it)
	return r, typ, err
}

// membersPage reads a range of the edges that are visible in a state.
func (s *Store) membersPage(ctx context.Context, t scim.TenantID, groupID string, st state, page scim.Page) (scim.MemberList, error) {
	l := scim.MemberList{Total: int(st.Count)}
	skip := page.Offset
	in := s.edgeQuery(t, groupID, page.After)
	if want := page.Limit + skip + 1; want < 1000 {
		in.Limit = aws.Int32(int32(want))
	}
	for {
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return l, err
		}
		for _, it := range out.Items {
			e := edgeOf(it)
			switch {
			case !st.visible(e.a, e.r):
			case skip > 0:
				skip--
			case len(l.Members) == page.Limit:
				l.More = true
				return l, nil
			default:
				l.Members = append(l.Members, e.Member)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return l, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// IsMember implements scim.Store. Edges with marks of staged writes need the header to be
// understood, others speak for themselves.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if !storable(groupID) {
		return out, nil
	}
	edges, err := s.someEdges(ctx, t, groupID, ids)
	if err != nil {
		return nil, err
	}
	var st *state
	for id, e := range edges {
		if (e.a != 0 || e.r != 0) && st == nil {
			h, err := s.getItem(ctx, resourceKey(t, e.group, groupID), true)
			if err != nil {
				return nil, err
			}
			if h == nil {
				return out, nil
			}
			st = new(state)
			*st = readState(h)
		}
		if e.a == 0 && e.r == 0 || st.visible(e.a, e.r) {
			out[id] = true
		}
	}
	return out, nil
}

// MemberOf implements scim.Store through the index of edges by member. It is the one read
// that may lag behind writes by a moment.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	found, err := s.memberships(ctx, t, ids)
	return byMember(found), err
}

// byMember is who is a direct member of which groups.
func byMember(found []membership) map[string][]string {
	if len(found) == 0 {
		return nil
	}
	out := map[string][]string{}
	for _, m := range found {
		out[m.ID] = append(out[m.ID], m.groupID)
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// MemberOfBehind implements scim.MembershipRanger: one range of the reverse index.
func (s *Store) MemberOfBehind(ctx context.Context, t scim.TenantID, after string, limit int) (scim.Memberships, error) {
	var out scim.Memberships
	from := "\x01" // below every id
	if after != "" {
		from = reverseSK(after, "\U0010FFFF")
	}
	in := s.reverseQuery(t, from, "\U0010FFFF")
	in.Limit = aws.Int32(int32(min(max(limit, 1), maxQuery)))
	page, err := s.queryPage(ctx, in)
	if err != nil {
		return out, err
	}
	if len(page.LastEvaluatedKey) > 0 {
		out.Below = membershipOf(page.LastEvaluatedKey).ID
	}
	var found []membership
	for _, it := range page.Items {
		if m := membershipOf(it); m.ID != out.Below { // of that one there may be more
			found = append(found, m)
		}
	}
	found, err = s.visibleOf(ctx, t, found)
	out.Groups = byMember(found)
	return out, err
}

// membership is an edge seen from the member.
type membership struct {
	edge
	groupID string
}

// memberships finds the visible edges of members.
func (s *Store) memberships(ctx context.Context, t scim.TenantID, ids []string) ([]membership, error) {
	all, err := s.reverse(ctx, t, ids)
	if err != nil {
		return nil, err
	}
	return s.visibleOf(ctx, t, all)
}

// visibleOf keeps the edges that are memberships. Only those with a mark need a look at their
// group.
func (s *Store) visibleOf(ctx context.Context, t scim.TenantID, all []membership) ([]membership, error) {
	var keys []key
	for _, m := range all {
		if m.a != 0 || m.r != 0 {
			keys = append(keys, resourceKey(t, m.group, m.groupID))
		}
	}
	headers, err := s.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	states := make(map[string]state, len(headers))
	for _, h := range headers {
		states[textOf(h, attrSK)] = readState(h)
	}
	return slices.DeleteFunc(all, func(m membership) bool {
		if m.a == 0 && m.r == 0 {
			return false
		}
		st, exists := states[m.groupID]
		return !exists || !st.visible(m.a, m.r)
	}), nil
}

// edgesPerPage is how many edges a range query over many members may read for each of them
// before every member is asked for by itself.
const edgesPerPage = 20

// reverse reads the index for members in ascending order: one range if they lie close to each
// other, as those of a page do; what that does not reach is read member by member.
func (s *Store) reverse(ctx context.Context, t scim.TenantID, ids []string) ([]membership, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !storable(id) })
	if len(ids) == 0 {
		return nil, nil
	}
	var found []membership
	if len(ids) > 1 {
		wanted := make(map[string]bool, len(ids))
		for _, id := range ids {
			wanted[id] = true
		}
		in := s.reverseQuery(t, reverseSK(ids[0], ""), reverseSK(ids[len(ids)-1], "\U0010FFFF"))
		in.Limit = aws.Int32(int32(edgesPerPage * len(ids)))
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			if m := membershipOf(it); wanted[m.ID] {
				found = append(found, m)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return found, nil
		}
		last := membershipOf(out.LastEvaluatedKey).ID
		found = slices.DeleteFunc(found, func(m membership) bool { return m.ID == last })
		rest, _ := slices.BinarySearch(ids, last)
		ids = ids[rest:]
	}
	var mu sync.Mutex
	err := async.Each(ctx, s.o.Parallel, ids, func(ctx context.Context, id string) error {
		return s.query(ctx, s.reverseQuery(t, reverseSK(id, ""), reverseSK(id, "\U0010FFFF")), func(it item) {
			mu.Lock()
			defer mu.Unlock()
			found = append(found, membershipOf(it))
		})
	})
	return found, err
}

func (s *Store) reverseQuery(t scim.TenantID, from, to string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(gsiName), Select: types.SelectAllProjectedAttributes,
		KeyConditionExpression:    aws.String("GSI1PK = :p AND GSI1SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(reversePK(t)), ":from": str(from), ":to": str(to)},
	}
}

// membershipOf reads an index entry. The sort key is the member; the group stands in PK.
func membershipOf(it item) membership {
	m := membership{edge: edgeOf(it)}
	sk := textOf(it, attrGSK)
	m.groupID = sk[min(len(m.ID)+1, len(sk)):]
	return m
}
