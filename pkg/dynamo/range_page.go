package dynamo

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// next reads about n index items, and returns the entries up to which everything is read, in order. end
// reports that nothing else is in the range.
func (w *ranging) next(ctx context.Context, n int) (part []ranged, end bool, err error) {
	items, end, err := w.items(ctx, n)
	if w.beside != nil {
		err = cmp.Or(err, w.beside())
	}
	if err != nil {
		return nil, false, err
	}
	all, horizon, shared := w.kept, ranged{}, false
	w.kept = nil
	for _, it := range items {
		horizon.id = stringOf(it, attrID)
		horizon.value, _, shared = strings.Cut(stringOf(it, attrSK), "\x00")
		if horizon.value[0] != '~' && w.wanted(horizon) { // '~' begins a hash
			all = append(all, horizon)
		}
	}
	switch {
	case end:
		all, w.hashed = append(all, w.hashed...), nil
		return w.sorted(all), true, nil
	case len(items) == 0: // the engine stopped before the first one
		w.kept = all
		return nil, false, nil
	case !shared:
		horizon.id = ""
	case w.r.Reverse: // the item of the same value that is unique comes last
		twin, err := w.unique(ctx, horizon.value)
		if err != nil {
			return nil, false, err
		}
		all = append(all, twin...)
	}
	all = w.sorted(all)
	i, j := w.upTo(all, horizon), w.upTo(w.hashed, horizon)
	part = w.sorted(append(slices.Clone(all[:i]), w.hashed[:j]...))
	w.kept, w.hashed = all[i:], w.hashed[j:]
	return part, false, nil
}

// items reads the next index items. end reports that there are no more.
func (w *ranging) items(ctx context.Context, n int) (items []item, end bool, err error) {
	if w.in == nil {
		return nil, true, nil
	}
	w.in.Limit = aws.Int32(int32(min(n, maxQuery)))
	out, err := w.s.queryPage(ctx, w.in)
	if err != nil {
		return nil, false, err
	}
	w.in.ExclusiveStartKey = out.LastEvaluatedKey
	return out.Items, len(out.LastEvaluatedKey) == 0, nil
}

// upTo is how many entries of a list, which is in order, are not after another one.
func (w *ranging) upTo(list []ranged, horizon ranged) int {
	if i := slices.IndexFunc(list, func(e ranged) bool { return w.compare(e, horizon) > 0 }); i >= 0 {
		return i
	}
	return len(list)
}

// resources reads the resources of entries. It leaves out those that do not hold the key: an index item may be
// older than its resource for a moment.
func (w *ranging) resources(ctx context.Context, part []ranged) ([]scim.RangeEntry, error) {
	for _, consistent := range []bool{false, true} {
		if err := w.fill(ctx, part, consistent); err != nil {
			return nil, err
		}
	}
	out := make([]scim.RangeEntry, 0, len(part))
	for _, e := range part {
		if e.r != nil {
			out = append(out, scim.RangeEntry{Value: e.value, Resource: e.r})
		}
	}
	return out, nil
}

// fill reads the resources of those entries that have none, and keeps the ones that hold their key.
func (w *ranging) fill(ctx context.Context, part []ranged, consistent bool) error {
	var keys []key
	for _, e := range part {
		if e.r == nil {
			keys = append(keys, resourceKey(w.t, w.typ, e.id))
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.sk, b.sk) })
	var mu sync.Mutex
	found := map[string]*scim.Resource{}
	parts := slices.Collect(slices.Chunk(slices.Compact(keys), batchSize))
	err := async.Each(ctx, w.s.o.Parallel, parts, func(ctx context.Context, keys []key) error {
		items, err := w.s.batchGetPart(ctx, keys, consistent)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, it := range items {
			r, err := resourceOf(w.typ, it)
			if err != nil {
				return err
			}
			found[r.ID] = r
		}
		return nil
	})
	for i, e := range part {
		if r := found[e.id]; e.r == nil && r != nil && holds(r, scim.IndexKey{Attr: w.r.Attr, Value: e.value}) {
			part[i].r = r
		}
	}
	return err
}

// span returns the sort keys between which the index items of the rest of the range are; an empty upper one is
// none. Items of other values can be there, too. Values with the byte before an id, or of more than 900 bytes,
// are in no sort key, but a bound may have either.
func (w *ranging) span() (from, to string) {
	from, to, _ = w.r.Bounds()
	from, to = lowestKey(from), highestKey(to)
	if w.page.After == "" {
		return from, to
	}
	value := w.r.After
	position := value + "\x00" + w.page.After
	switch hashed := indexValue(value) != value; {
	case !w.r.Reverse && hashed:
		position = lowestKey(value)
	case hashed:
		position = highestKey(value)
	}
	if !w.r.Reverse {
		return max(from, position), to
	}
	if to == "" || position < to {
		to = position
	}
	return from, to
}

// lowestKey is not above the sort keys of all values from a bound on.
func lowestKey(bound string) string {
	if head, _, above := strings.Cut(bound, "\x00"); above {
		bound = head + "\x01"
	}
	if len(bound) > maxValue {
		bound = shorter(bound)
	}
	return max(bound, "\x01") // a sort key is not empty
}

// highestKey is not below the sort keys of all values under a bound.
func highestKey(bound string) string {
	if head, _, upTo := strings.Cut(bound, "\x00"); upTo {
		bound = head + "\x01"
	}
	if len(bound) > maxValue {
		bound = shorter(bound) + "\U0010FFFF"
	}
	return bound
}

// shorter is the beginning of a string that a sort key has room for.
func shorter(s string) string {
	n := maxValue
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
