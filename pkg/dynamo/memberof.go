package dynamo

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// MemberOf implements scim.Store through the index of edges by member, which is eventually
// consistent: it may not show the latest writes yet.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	shards, wait := s.indexShards(ctx, t)
	defer wait()
	found, err := s.memberships(ctx, t, ids, shards)
	return byMember(found), err
}

// byMember returns the ids of the groups of each member, ascending.
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

// membershipRange is a range of the reverse index: the groups of all members whose id sorts
// below end; "" means that the range reaches the end of the index.
type membershipRange struct {
	groups map[string][]string
	end    string
}

// membershipsAfter reads about limit memberships of members whose ids sort after an id.
func (s *Store) membershipsAfter(ctx context.Context, t scim.TenantID, after string, limit int) (membershipRange, error) {
	var out membershipRange
	shards, wait := s.indexShards(ctx, t)
	defer wait()
	pages := make([]*dynamodb.QueryOutput, shards)
	err := async.Each(ctx, shards, indices(shards), func(ctx context.Context, n int) (err error) {
		from := "\x01" // below every id
		if after != "" {
			from = reverseSK(after, "\U0010FFFF")
		}
		in := s.reverseQuery(t, n, from, "\U0010FFFF")
		share := limit
		if n > 0 { // it has some of the members only, and none of their small groups
			share = limit/2 + 1
		}
		in.Limit = aws.Int32(int32(min(max(share, 1), maxQuery)))
		pages[n], err = s.queryPage(ctx, in)
		return err
	})
	if err != nil {
		return out, err
	}
	for _, page := range pages {
		if len(page.LastEvaluatedKey) == 0 {
			continue
		}
		if end := membershipOf(page.LastEvaluatedKey).ID; out.end == "" || end < out.end {
			out.end = end
		}
	}
	var found []membership
	for _, page := range pages {
		for _, it := range page.Items {
			if m := membershipOf(it); out.end == "" || m.ID < out.end { // the last member may have more groups
				found = append(found, m)
			}
		}
	}
	found, err = s.visibleOf(ctx, t, found)
	out.groups = byMember(found)
	return out, err
}

// membership is an edge as the member's side of it.
type membership struct {
	edge
	groupID string
}

// memberships returns the memberships of members, whose ids ascend.
func (s *Store) memberships(ctx context.Context, t scim.TenantID, ids []string, shards int) ([]membership, error) {
	all, err := s.reverse(ctx, t, ids, shards)
	if err != nil {
		return nil, err
	}
	return s.visibleOf(ctx, t, all)
}

// visibleOf returns the edges that are memberships. It reads the groups of marked edges only.
func (s *Store) visibleOf(ctx context.Context, t scim.TenantID, all []membership) ([]membership, error) {
	var keys []key
	for _, m := range all {
		if m.marked() {
			keys = append(keys, resourceKey(t, m.groupType, m.groupID))
		}
	}
	groups, err := s.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	states := make(map[string]state, len(groups))
	for _, it := range groups {
		states[stringOf(it, attrSK)] = readState(it)
	}
	all = slices.DeleteFunc(all, func(m membership) bool {
		if !m.marked() {
			return false
		}
		st, exists := states[m.groupID]
		return !exists || !st.visible(m.edge)
	})
	return once(all), nil
}

// once leaves out the second edge of a member that has just moved to another shard: the index may still
// show the old one without its mark.
func once(all []membership) []membership {
	if !slices.ContainsFunc(all, func(m membership) bool { return m.shard > 0 }) {
		return all
	}
	sort.Slice(all, func(i, j int) bool { // rare; slices.SortFunc is larger, see tenant.Record.Sort
		a, b := &all[i], &all[j]
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.groupID, b.groupID), cmp.Compare(b.shard, a.shard)) < 0
	})
	return slices.CompactFunc(all, func(a, b membership) bool { return a.ID == b.ID && a.groupID == b.groupID })
}

// edgesPerMember is how many edges the range query over several members reads for each of
// them, before each member is read by a query of its own.
const edgesPerMember = 20

// reverse reads some shards of the index for members whose ids ascend. The first one has the small groups of all
// members, the others have the large groups of some.
func (s *Store) reverse(ctx context.Context, t scim.TenantID, ids []string, shards int) ([]membership, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !storable(id) })
	if shards == 1 {
		return s.reverseShard(ctx, t, 0, ids)
	}
	found := make([][]membership, shards)
	err := async.Each(ctx, shards, indices(shards), func(ctx context.Context, n int) (err error) {
		of := ids
		if n > 0 {
			of = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return shardOf(id) != n })
		}
		found[n], err = s.reverseShard(ctx, t, n, of)
		return err
	})
	return slices.Concat(found...), err
}

// reverseShard reads one shard of the index: as one range, because the ids of a page are close to each
// other. Members that the range does not reach are read one by one.
func (s *Store) reverseShard(ctx context.Context, t scim.TenantID, shard int, ids []string) ([]membership, error) {
	var found []membership
	if len(ids) > 1 {
		var err error
		if found, ids, err = s.reverseRange(ctx, t, shard, ids); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	var mu sync.Mutex
	err := async.Each(ctx, s.o.Parallel, ids, func(ctx context.Context, id string) error {
		return s.query(ctx, s.reverseQuery(t, shard, reverseSK(id, ""), reverseSK(id, "\U0010FFFF")), func(it item) {
			mu.Lock()
			defer mu.Unlock()
			found = append(found, membershipOf(it))
		})
	})
	return found, err
}

// reverseRange reads the range from the first to the last id. rest are the ids that it has not
// reached.
func (s *Store) reverseRange(ctx context.Context, t scim.TenantID, shard int, ids []string) (found []membership, rest []string, err error) {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	in := s.reverseQuery(t, shard, reverseSK(ids[0], ""), reverseSK(ids[len(ids)-1], "\U0010FFFF"))
	in.Limit = aws.Int32(int32(edgesPerMember * len(ids)))
	out, err := s.queryPage(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	last := "" // it may have more groups
	if len(out.LastEvaluatedKey) > 0 {
		last = membershipOf(out.LastEvaluatedKey).ID
		first, _ := slices.BinarySearch(ids, last)
		rest = ids[first:]
	}
	for _, it := range out.Items {
		if m := membershipOf(it); wanted[m.ID] && m.ID != last {
			found = append(found, m)
		}
	}
	return found, rest, nil
}

func (s *Store) reverseQuery(t scim.TenantID, shard int, from, to string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(gsiName), Select: types.SelectAllProjectedAttributes,
		KeyConditionExpression:    aws.String("GSI1PK = :p AND GSI1SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(reversePK(t, shard)), ":from": str(from), ":to": str(to)},
	}
}

// membershipOf reads an entry of the index. Its sort key is the member's id, '#' and the group's.
func membershipOf(it item) membership {
	m := membership{edge: edgeOf(it)}
	sk := stringOf(it, attrGSK)
	m.groupID = sk[min(len(m.ID)+1, len(sk)):]
	return m
}
