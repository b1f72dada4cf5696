package dynamo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxHashed is how many values of an index may be kept as hashes. Each Range reads all of them, since a hash
// does not say where its value belongs.
const maxHashed = 100

// Range implements scim.Ranger through the index items, whose sort keys begin with the values. Index items are
// read with strong consistency, resources as List reads them, unless one does not hold its key: then it is read
// again. A page costs two round trips, and a third one where a page of shared values ends in the middle of one.
// An index with more than 100 hashed values is not ordered. An Offset is read, and bounded by Page.Reach.
func (s *Store) Range(ctx context.Context, t scim.TenantID, typ string, r scim.KeyRange, page scim.Page) (scim.RangeList, error) {
	var out scim.RangeList
	if t.IsZero() {
		return out, scim.ErrNoTenant
	}
	if _, _, none := r.Bounds(); none || page.Limit <= 0 {
		return out, nil
	}
	if page.Reach > 0 && page.Offset > page.Reach {
		return out, scim.ErrFar
	}
	w := &ranging{s: s, t: t, typ: typ, r: r, page: page, pk: indexPK(t, typ, r.Attr)}
	w.begin(ctx)
	defer w.end()
	skip := page.Offset
	for end := false; !end && len(out.Entries) <= page.Limit; {
		part, last, err := w.next(ctx, skip+page.Limit+1-len(out.Entries))
		if err != nil {
			return scim.RangeList{}, err
		}
		n := min(skip, len(part))
		skip, part, end = skip-n, part[n:], last
		for len(part) > 0 && len(out.Entries) <= page.Limit {
			n := min(len(part), page.Limit+1-len(out.Entries))
			found, err := w.resources(ctx, part[:n])
			if err != nil {
				return scim.RangeList{}, err
			}
			out.Entries, part = append(out.Entries, found...), part[n:]
		}
	}
	if len(out.Entries) > page.Limit {
		out.Entries, out.More = out.Entries[:page.Limit], true
	}
	return out, nil
}

// ranging is one Range in progress.
type ranging struct {
	s    *Store
	t    scim.TenantID
	typ  string
	r    scim.KeyRange
	page scim.Page
	pk   string // of the index

	in     *dynamodb.QueryInput // the rest of the index items; nil if there are none
	beside func() error         // waits for what is read at the same time as the first of them; nil afterwards
	kept   []ranged             // entries that are read and not in order yet, since others may come before them
	hashed []ranged             // entries with hashed values, in order
}

// ranged is an entry of an index. The resource is known where the value is hashed.
type ranged struct {
	value, id string
	r         *scim.Resource
}

func (w *ranging) compare(a, b ranged) int {
	c := cmp.Or(strings.Compare(a.value, b.value), strings.Compare(a.id, b.id))
	if w.r.Reverse {
		return -c
	}
	return c
}

// wanted reports whether an entry is in the range and after the position.
func (w *ranging) wanted(e ranged) bool {
	return w.r.Contains(e.value) && (w.page.After == "" || w.compare(e, ranged{value: w.r.After, id: w.page.After}) > 0)
}

// begin starts to read what is not in the order of sort keys, and prepares the query of the rest. The item of a
// unique value comes before those of the same value that are shared, so that a range which goes on in the middle
// of a value looks for it.
func (w *ranging) begin(ctx context.Context) {
	hashes := async.Start(func() ([]ranged, error) { return w.hashes(ctx) })
	twin := async.Start(func() ([]ranged, error) {
		if w.page.After == "" || w.r.Reverse {
			return nil, nil
		}
		return w.unique(ctx, w.r.After)
	})
	w.beside = func() error {
		var err, failed error
		w.kept, err = twin()
		w.hashed, failed = hashes()
		w.beside = nil
		return cmp.Or(err, failed)
	}
	from, to := w.span()
	if to == "" || from <= to {
		w.in = w.query(from, to)
		w.in.ScanIndexForward = aws.Bool(!w.r.Reverse)
	}
}

func (w *ranging) query(from, to string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName: &w.s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :p AND SK >= :from"),
		ExpressionAttributeValues: item{":p": str(w.pk), ":from": str(from)},
	}
	if to != "" {
		in.KeyConditionExpression = aws.String("PK = :p AND SK BETWEEN :from AND :to")
		in.ExpressionAttributeValues[":to"] = str(to)
	}
	return in
}

// unique is the entry of a value that is unique, if there is one.
func (w *ranging) unique(ctx context.Context, value string) ([]ranged, error) {
	if value == "" || indexValue(value) != value {
		return nil, nil
	}
	it, err := w.s.getItem(ctx, indexKey(w.t, w.typ, scim.IndexKey{Attr: w.r.Attr, Value: value, Unique: true}, ""), true)
	if e := (ranged{value: value, id: stringOf(it, attrID)}); it != nil && w.wanted(e) {
		return []ranged{e}, err
	}
	return nil, err
}

// hashes are the entries of the range whose values are hashed.
func (w *ranging) hashes(ctx context.Context) ([]ranged, error) {
	in := w.query("~", "~\U0010FFFF")
	in.Limit = aws.Int32(maxHashed + 1)
	out, err := w.s.queryPage(ctx, in)
	if err != nil || len(out.Items) == 0 {
		return nil, err
	}
	if len(out.Items) > maxHashed {
		return nil, scim.ErrUnordered
	}
	var ids []string
	for _, it := range out.Items {
		ids = append(ids, stringOf(it, attrID))
	}
	rs, err := w.s.getIDs(ctx, w.t, w.typ, ids)
	var list []ranged
	for _, r := range rs {
		for _, k := range r.Keys {
			if e := (ranged{k.Value, r.ID, r}); k.Attr == w.r.Attr && indexValue(k.Value) != k.Value && w.wanted(e) {
				list = append(list, e)
			}
		}
	}
	return w.sorted(list), err
}

// end waits for what an error has left behind.
func (w *ranging) end() {
	if w.beside != nil {
		_ = w.beside()
	}
}

// sorted puts entries in order, each once.
func (w *ranging) sorted(list []ranged) []ranged {
	slices.SortFunc(list, w.compare)
	return slices.CompactFunc(list, func(a, b ranged) bool { return a.value == b.value && a.id == b.id })
}
