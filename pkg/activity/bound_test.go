package activity_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// growing are texts that need more bytes in JSON than in memory, and others.
var growing = []string{"a", "\u2028", "<", "\x01", "\"", "\\", "\xff", "é", "😀", "\xe2\x80", "\x7f", "…"}

// hostile returns a record in which every text, list and value is made from seed and has up to size
// parts. It goes over the fields by reflection, so that a new one is not forgotten.
func hostile(seed uint64, size int) activity.Record {
	rng := rand.New(rand.NewPCG(seed, 1))
	long := func() string { return strings.Repeat(growing[rng.IntN(len(growing))], rng.IntN(size+1)) }
	var value func(depth int) any
	value = func(depth int) any {
		switch n := rng.IntN(9); {
		case n < 3 || depth > 2:
			return long()
		case n == 3:
			return []any{math.NaN(), json.Number(long()), make(chan int), 1e300, true, nil}[rng.IntN(6)]
		case n < 6:
			list := make([]any, rng.IntN(6))
			for i := range list {
				list[i] = value(depth + 1)
			}
			return list
		}
		m := map[string]any{}
		for range rng.IntN(6) {
			m[long()] = value(depth + 1)
		}
		return m
	}
	r := activity.Record{}
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *string:
			*f = long()
		case *[]string:
			for range rng.IntN(3000) {
				*f = append(*f, strings.Repeat(growing[rng.IntN(len(growing))], rng.IntN(min(size, 300)+1)))
			}
		case *int:
			*f = math.MinInt
		case *map[string]any:
			*f = map[string]any{}
			for range rng.IntN(20) {
				(*f)[long()] = value(0)
			}
		}
	}
	r.Time = time.Unix(rng.Int64(), 0)
	return r
}

func checkBounded(t *testing.T, r activity.Record) {
	t.Helper()
	b := r.Bounded()
	doc, err := json.Marshal(b)
	if err != nil || len(doc) > activity.MaxRecord || !json.Valid(doc) || !utf8.Valid(doc) {
		t.Fatalf("%v: %d bytes", err, len(doc))
	}
	if again, err := json.Marshal(b.Bounded()); err != nil || string(again) != string(doc) {
		t.Fatalf("%v: a bounded record changes when it is bounded again", err)
	}
}

// TestBoundedRecord: whatever is in a record, its JSON is below the limit and valid.
func TestBoundedRecord(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		for _, size := range []int{10, 300, 20_000} {
			checkBounded(t, hostile(seed, size))
		}
	}
	var deep any = "x"
	for range 1000 {
		deep = []any{map[string]any{"a": deep}}
	}
	many := map[string]any{}
	for i := range 20_000 {
		many[activity.NewID(time.Unix(int64(i), 0))] = "x"
	}
	checkBounded(t, activity.Record{Values: map[string]any{"deep": deep, "many": many}})
	checkBounded(t, activity.Record{Values: many})
}

func FuzzBounded(f *testing.F) {
	f.Add(uint64(1), 500, "a", "\u2028")
	f.Fuzz(func(t *testing.T, seed uint64, size int, a, b string) {
		r := hostile(seed, min(max(size, 1), 5000))
		r.Method, r.Notes, r.Values = a, append(r.Notes, b, a), map[string]any{a: strings.Repeat(b, 100), b: []any{a, r.Values}}
		checkBounded(t, r)
	})
}

// TestBoundedKeeps: a usual record stays as it is, a long value does not push out the others, and the
// caller's lists and values stay as they are.
func TestBoundedKeeps(t *testing.T) {
	t.Parallel()
	r := activity.Record{
		ID: activity.NewID(time.Unix(1, 0)), Time: time.Unix(1, 0), Method: "PATCH", Resource: noID, Changed: []string{"a", "title"},
		Notes: []string{"n"}, Values: map[string]any{"a": "x", "emails": []any{map[string]any{"value": "v", "primary": true}}, "n": 7.0},
	}
	equal := func(want, got activity.Record) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(scim.TenantID{}), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	}
	equal(r, r.Bounded())
	before := maps(r.Values)
	r.Values["title"] = strings.Repeat("t", 100_000)
	r.Notes = slices.Repeat([]string{strings.Repeat("n", 5000)}, 80)
	b := r.Bounded()
	title, _ := b.Values["title"].(string)
	if len(title) < 10_000 || !strings.HasSuffix(title, "t…") || b.Values["a"] != "x" || len(b.Notes) < 10 {
		t.Errorf("%d bytes of title, %d notes", len(title), len(b.Notes))
	}
	if len(r.Notes) != 80 || len(r.Notes[0]) != 5000 || len(r.Values["title"].(string)) != 100_000 {
		t.Error("the record itself has changed")
	}
	delete(r.Values, "title")
	equal(activity.Record{Values: before}, activity.Record{Values: r.Values})
}

func maps(m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// TestCleanBounds: Clean leaves known methods and operations, short texts, and nothing of a stranger.
func TestCleanBounds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\u2028", 100_000)
	full := func(status int, subject string) scim.Record {
		return scim.Record{
			Status: status, Subject: subject, IdP: "okta", RequestID: long, Method: long, Operation: long, Type: long, ResourceID: long,
			ScimType: long, Code: scim.Code(long), Attribute: long, Holder: long, ErrorID: long, Notes: slices.Repeat([]string{long}, 1000),
		}
	}
	for _, status := range []int{200, 400, 401, 429, 500} {
		rec := full(status, "k1")
		activity.Clean(&rec, nil)
		b, err := json.Marshal(rec)
		if err != nil || len(b) > activity.MaxRecord || rec.Method != scim.MethodOther || rec.Operation != "" || len(rec.Notes) > 60 {
			t.Errorf("%d: %v %d bytes, method %.50s, operation %.50s", status, err, len(b), rec.Method, rec.Operation)
		}
	}
	rec := full(401, "")
	activity.Clean(&rec, nil)
	if rec.Type+rec.ResourceID+rec.Operation+rec.Attribute+rec.Holder != "" || rec.Notes != nil || rec.Method != scim.MethodOther {
		t.Errorf("of a stranger: %.500v", rec)
	}
	for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""} {
		rec := scim.Record{Method: m, Operation: "create"}
		if activity.Clean(&rec, nil); rec.Method != m || rec.Operation != "create" {
			t.Errorf("%q: %+v", m, rec)
		}
	}
}
