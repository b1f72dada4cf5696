package dynamo

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// The members whom a large change moves are written in parts beside it, before it takes effect. The edges have
// the same in their marks, but later writes overwrite these, and the stream may be late. A part has up to 500
// members, for about 15 write units where the change itself writes 1,000.

const (
	attrPart = "fp" // part: packed members who joined, and who left
	// partMembers is how many members a part has.
	partMembers = 500
	// partBytes bounds a part with long names.
	partBytes = 200 << 10
	// partLife is how long a part is kept: longer than the stream and the dead-letter queue have its record.
	partLife = 16 * 24 * time.Hour
)

// partsOf names the parts of a staged write.
func partsOf(op int64) string { return strconv.FormatInt(op, 10) }

// putParts writes who joins and leaves. n numbers the parts; the same members give the same parts.
func (s *Store) putParts(ctx context.Context, t scim.TenantID, groupID, name string, from int, joined, left []scim.Member) error {
	if !s.keepsFeed() {
		return nil
	}
	var parts []item
	for len(joined)+len(left) > 0 {
		j, size := fitting(joined, partMembers, partBytes)
		l, _ := fitting(left, partMembers-j, size)
		if j+l == 0 {
			j, l = min(len(joined), 1), 1-min(len(joined), 1) // a name of more than partBytes
		}
		var p packer
		p.members(joined[:j], true)
		p.members(left[:l], true)
		joined, left = joined[j:], left[l:]
		packed, err := deflated(p)
		if err != nil {
			return err
		}
		it := partKey(t, groupID, name, from+len(parts)).item()
		it[attrPart], it[attrTTL] = bin(packed), num(s.o.Now().Add(partLife).Unix())
		parts = append(parts, it)
	}
	return async.Each(ctx, s.o.Parallel, parts, func(ctx context.Context, it item) error { return s.putItem(ctx, it, expression{}) })
}

// fitting is how many members are at most n and have at most some bytes, and how many bytes are left.
func fitting(list []scim.Member, n, size int) (fit, left int) {
	for fit < min(n, len(list)) {
		if size -= len(list[fit].ID) + len(list[fit].Type) + len(list[fit].Display) + 6; size < 0 {
			return fit, 0
		}
		fit++
	}
	return fit, size
}

// parts reads the members of a change.
func (s *Store) parts(ctx context.Context, t scim.TenantID, groupID, name string) (joined, left []scim.Member, err error) {
	prefix := groupID + "#" + name + "#"
	in := &dynamodb.QueryInput{TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p AND begins_with(SK, :k)"),
		ExpressionAttributeValues: item{":p": str(feedPK(t, feedParts)), ":k": str(prefix)}}
	var unread error
	err = s.query(ctx, in, func(it item) {
		raw, err := inflated(bytesOf(it, attrPart))
		u := unpacker{b: raw, err: err}
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
