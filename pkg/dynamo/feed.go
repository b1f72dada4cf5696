package dynamo

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"sort"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

// The feed of a tenant in the table:
//
//	T#t#F#0 … #7   <number>#<n>      an entry, by the last number of its facts; n counts its items if it is large
//	T#t#F#0 … #7   ~at#<type>#<id>   the version of the resource up to which there are entries (position)
//	T#t#F#parts    <group>#…         members of large changes (factparts.go)
//	T#t#F#~        ~wait#<type>#<id> a removal whose groups have not told yet that they lost the member
//	T#t#F#~        head              the last number, and how many removals wait
//
// Runs of 1,024 numbers take turns in the eight partitions, so that a reader knows where the next entry is,
// and no partition key is written for long. Entries, positions and parts have a time to live.

const (
	feedParts  = "parts"
	feedHead   = "~"
	feedTurns  = 8
	feedRun    = 1024 // more than the numbers of one entry: there is an entry in each run
	attrEntry  = "e"  // entry: packed
	attrFirst  = "f1" // entry: its first number
	attrPieces = "pc" // entry: how many items it has, in the first one
)

func feedPartitions() []string {
	out := []string{feedParts}
	for n := range feedTurns {
		out = append(out, strconv.Itoa(n))
	}
	return append(out, feedHead)
}

// entryPK is the partition of the entry whose last number is n.
func entryPK(t scim.TenantID, n int64) string {
	return feedPK(t, strconv.FormatInt(n/feedRun%feedTurns, 10))
}

func entrySK(n int64, piece int) string { return fmt.Sprintf("%016d#%03d", n, piece) }

// pieceSize bounds an item with a piece of an entry.
const pieceSize = 300 << 10

// entryItems are the items of an entry.
func (s *Store) entryItems(t scim.TenantID, e *scim.Entry) ([]item, error) {
	packed, err := packEntry(e)
	if err != nil {
		return nil, err
	}
	ttl := num(s.o.Now().Add(s.o.Feed.Age).Unix())
	var items []item
	for len(packed) > 0 {
		n := min(len(packed), pieceSize)
		it := entryKey(t, e.Last, len(items)).item()
		it[attrEntry], it[attrTTL], it[attrFirst] = bin(packed[:n]), ttl, num(e.First)
		items, packed = append(items, it), packed[n:]
	}
	items[0][attrPieces] = num(int64(len(items)))
	return items, nil
}

// Last implements scim.Feed: the last number that the stream has been processed up to.
func (s *Store) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	last, _, err := s.feedRange(ctx, t)
	return last, err
}

// feedRange returns the last number, and the one up to which entries are not read any more (RestartFeed).
func (s *Store) feedRange(ctx context.Context, t scim.TenantID) (last, base int64, err error) {
	if err := s.feedUsable(ctx, t); err != nil {
		return 0, 0, err
	}
	it, err := s.getItem(ctx, feedHeadKey(t), true)
	return numberOf(it, attrNumber), numberOf(it, attrFeedBase), err
}

func (s *Store) feedUsable(ctx context.Context, t scim.TenantID) error {
	switch {
	case t.IsZero():
		return scim.ErrNoTenant
	case !s.keepsFeed():
		return scim.ErrNoFeed
	}
	return ctx.Err()
}

// Entries implements scim.Feed. A commit has its entries as soon as the stream has been processed, usually
// within a second.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	last, base, err := s.feedRange(ctx, t)
	if err != nil {
		return nil, err
	}
	if after == last {
		return nil, nil
	}
	if after < base || after > last {
		return nil, s.goneError(ctx, t, after, last, base)
	}
	var out []scim.Entry
	limit = max(limit, 1)
	for from := after + 1; from <= last && len(out) < limit; from = (from/feedRun + 1) * feedRun {
		more, err := s.entriesOfRun(ctx, t, from, limit-len(out))
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
		if len(out) == 0 || out[0].First > after+1 {
			return nil, s.goneError(ctx, t, after, last, base)
		}
	}
	return out, nil
}

// entriesOfRun reads entries of one run of numbers from one on, without those that have expired.
func (s *Store) entriesOfRun(ctx context.Context, t scim.TenantID, from int64, limit int) (out []scim.Entry, err error) {
	in := &dynamodb.QueryInput{TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :a AND :z"),
		ExpressionAttributeValues: item{":p": str(entryPK(t, from)), ":a": str(entrySK(from, 0)),
			":z": str(entrySK((from/feedRun+1)*feedRun-1, 999))}}
	in.Limit = aws.Int32(int32(min(limit+1, maxQuery)))
	var packed []byte
	left := int64(0)
	for len(out) < limit {
		page, err := s.queryPage(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			if n := numberOf(it, attrPieces); n > 0 {
				packed, left = nil, n
			}
			packed = append(packed, bytesOf(it, attrEntry)...)
			if left--; left != 0 || len(out) == limit || numberOf(it, attrTTL) <= s.o.Now().Unix() {
				continue
			}
			e, err := unpackEntry(packed)
			if err != nil {
				return nil, err
			}
			e.First = numberOf(it, attrFirst)
			e.Last, _ = strconv.ParseInt(stringOf(it, attrSK)[:16], 10, 64) // we wrote it
			out = append(out, e)
		}
		if in.ExclusiveStartKey = page.LastEvaluatedKey; len(page.LastEvaluatedKey) == 0 {
			break
		}
	}
	return out, nil
}

// goneError finds the first number that is kept: entries expire in their order.
func (s *Store) goneError(ctx context.Context, t scim.TenantID, after, last, base int64) error {
	gone := &scim.GoneError{After: after, First: last + 1, Last: last}
	if last == base {
		return gone
	}
	var failed error
	first := func(run int) int64 {
		list, err := s.entriesOfRun(ctx, t, max(int64(run)*feedRun, base+1), 1)
		if err != nil {
			failed = err
		}
		if len(list) == 0 {
			return 0
		}
		return list[0].First
	}
	begin := int(base / feedRun)
	runs := int(last/feedRun) + 1 - begin
	if run := sort.Search(runs, func(run int) bool { return failed != nil || first(begin+run) > 0 }); failed == nil && run < runs {
		gone.First = first(begin + run)
	}
	if failed != nil {
		return failed
	}
	return gone
}

// packEntry packs an entry without its numbers.
func packEntry(e *scim.Entry) ([]byte, error) {
	var p packer
	p.int(e.Time.UnixMilli())
	for _, v := range []string{e.Type, e.Cause.Type, e.Actor.Token, e.Actor.IdP, e.Actor.Agent, e.Actor.Operator, e.Actor.RequestID} {
		p.str(v)
	}
	p.id(e.ID)
	p.id(e.Cause.ID)
	p.flag(e.Own)
	p.members(e.Left, true)
	p.members(e.Joined, true)
	p.int(int64(len(e.Groups)))
	for _, g := range e.Groups {
		p.id(g)
	}
	p.resource(e.Before)
	p.resource(e.After)
	return deflated(p)
}

func deflated(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func inflated(b []byte) ([]byte, error) {
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacked, err)
	}
	return raw, nil
}

func (p *packer) resource(r *scim.Resource) {
	p.flag(r != nil)
	if r == nil {
		return
	}
	p.str(r.ExternalID)
	p.int(r.Version)
	p.int(r.Created.UnixMilli())
	p.int(r.LastModified.UnixMilli())
	p.str(string(r.Document))
}

func unpackEntry(b []byte) (e scim.Entry, err error) {
	raw, err := inflated(b)
	if err != nil {
		return e, err
	}
	u := unpacker{b: raw}
	e.Time = unixMilli(u.int())
	for _, v := range []*string{&e.Type, &e.Cause.Type, &e.Actor.Token, &e.Actor.IdP, &e.Actor.Agent, &e.Actor.Operator, &e.Actor.RequestID} {
		*v = u.str()
	}
	e.ID, e.Cause.ID, e.Own = u.id(), u.id(), u.flag()
	e.Left, e.Joined = u.members(), u.members()
	for n := u.int(); n > 0 && u.err == nil; n-- {
		e.Groups = append(e.Groups, u.id())
	}
	e.Before, e.After = u.resource(&e), u.resource(&e)
	return e, u.err
}

func (u *unpacker) resource(e *scim.Entry) *scim.Resource {
	if !u.flag() {
		return nil
	}
	r := &scim.Resource{Type: e.Type, ID: e.ID, ExternalID: u.str(), Version: u.int()}
	r.Created, r.LastModified = unixMilli(u.int()), unixMilli(u.int())
	r.Document = []byte(u.str())
	return r
}
