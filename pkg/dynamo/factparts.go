package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// The members whom a large change moves are written in parts beside it, before it takes effect. The edges have
// the same in their marks, but later writes overwrite these, and the stream may be late. A part has up to 500
// members, for about 20 write units: a hundredth of what the change itself writes.

const (
	attrPart = "fp" // part: packed members who joined, and who left
	// partMembers is how many members a part has.
	partMembers = 500
	// partLife is how long a part is kept: longer than the stream and the dead-letter queue have its record.
	partLife = 16 * 24 * time.Hour
)

// partsOf names the parts of a staged write.
func partsOf(op int64) string { return strconv.FormatInt(op, 10) }

func partKey(t scim.TenantID, groupID, name string, n int) key {
	return key{feedPK(t, feedParts), fmt.Sprintf("%s#%s#%08d", groupID, name, n)}
}

// putParts writes who joins and leaves. n numbers the parts; the same members give the same parts.
func (s *Store) putParts(ctx context.Context, t scim.TenantID, groupID, name string, from int, joined, left []scim.Member) error {
	if !s.keepsFeed() {
		return nil
	}
	var parts []item
	for len(joined)+len(left) > 0 {
		j := min(len(joined), partMembers)
		l := min(len(left), partMembers-j)
		var p packer
		p.members(joined[:j], true)
		p.members(left[:l], true)
		joined, left = joined[j:], left[l:]
		it := partKey(t, groupID, name, from+len(parts)).item()
		it[attrPart], it[attrTTL] = bin(p), num(s.o.Now().Add(partLife).Unix())
		parts = append(parts, it)
	}
	return async.Each(ctx, s.o.Parallel, parts, func(ctx context.Context, it item) error { return s.putItem(ctx, it, expression{}) })
}

// parts reads the members of a change.
func (s *Store) parts(ctx context.Context, t scim.TenantID, groupID, name string) (joined, left []scim.Member, err error) {
	prefix := groupID + "#" + name + "#"
	in := &dynamodb.QueryInput{TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p AND begins_with(SK, :k)"),
		ExpressionAttributeValues: item{":p": str(feedPK(t, feedParts)), ":k": str(prefix)}}
	var unread error
	err = s.query(ctx, in, func(it item) {
		u := unpacker{b: bytesOf(it, attrPart)}
		j, l := u.members(), u.members()
		if u.err != nil {
			unread = u.err
		}
		joined, left = append(joined, j...), append(left, l...)
	})
	if err == nil {
		err = unread
	}
	return joined, left, err
}

// tellPart writes the members whom a part of a staged write moves; edges are those that it found.
func (w *write) tellPart(ctx context.Context, effective delta, edges map[place]edge) error {
	left := make([]scim.Member, len(effective.remove))
	for i, id := range effective.remove {
		left[i] = edges[w.after.place(id)].Member
	}
	return w.s.putParts(ctx, w.t, w.c.ID, partsOf(w.op()), w.lease.done, effective.add, left)
}
