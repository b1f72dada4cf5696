package activity

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/scim"
)

// sameRecord compares two records, field by field. An empty list is none.
var sameRecord = cmp.Options{cmp.AllowUnexported(scim.TenantID{}), cmpopts.EquateEmpty()}

// fullRecord has a value in every field that a coder keeps, by reflection: a new field must be kept too.
func fullRecord(t *testing.T) Record {
	t.Helper()
	var r Record
	v := reflect.ValueOf(&r).Elem()
	for i := range v.NumField() {
		switch f, name := v.Field(i), v.Type().Field(i).Name; f.Interface().(type) {
		case string:
			f.SetString("text of " + name)
		case int:
			f.SetInt(int64(1000 + i))
		case bool:
			f.SetBool(true)
		case []string:
			f.Set(reflect.ValueOf([]string{name, "", "Zoë \x00\"<"}))
		case time.Time:
			f.Set(reflect.ValueOf(time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 5400))))
		case time.Duration:
			f.SetInt(-7)
		case map[string]string:
			f.Set(reflect.ValueOf(map[string]string{"id": "name", "": ""}))
		case map[string]any:
			f.Set(reflect.ValueOf(map[string]any{
				"nil": nil, "yes": true, "no": false, "n": 1e6, "int": -1 << 40, "text": name, "list": []any{}, "object": map[string]any{},
				"deep": []any{map[string]any{"a": []any{nil, "x", 1.5}}},
			}))
		case scim.TenantID:
			r.Tenant = tenantNamed(t, "acme")
		default:
			t.Fatalf("Record.%s has a type that no coder knows", name)
		}
	}
	return r
}

func tenantNamed(t testing.TB, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestPacked: what is read is what was written, of every field, and no end of it is a record.
func TestPacked(t *testing.T) {
	t.Parallel()
	full := fullRecord(t)
	empty := Record{Tenant: full.Tenant}
	for _, r := range []Record{full, empty, {Tenant: full.Tenant, Time: time.Date(1, 1, 1, 0, 0, 0, 1, time.FixedZone("", 1<<22))}} {
		p := packed(appendRecord(nil, &r))
		got, ok := p.record(full.Tenant)
		if d := cmp.Diff(r, got, sameRecord); !ok || d != "" {
			t.Errorf("%v %s", ok, d)
		}
		for n := range p {
			if _, ok := p[:n].record(full.Tenant); ok {
				t.Fatalf("%d of %d bytes are a record", n, len(p))
			}
		}
		if _, ok := append(p, 0).record(full.Tenant); ok {
			t.Error("a byte more is a record")
		}
	}
	p := packed(appendRecord(nil, &full))
	if r := p[:len(p)-1].readable(full.Tenant); r.ID != full.ID || !slices.Contains(r.Notes, "A part of this record could not be read.") {
		t.Errorf("a damaged record: %+v", r)
	}
}

// TestPackedFields: each field is kept if it is the only one.
func TestPackedFields(t *testing.T) {
	t.Parallel()
	full := fullRecord(t)
	for i := range reflect.TypeFor[Record]().NumField() {
		r := Record{Tenant: full.Tenant}
		reflect.ValueOf(&r).Elem().Field(i).Set(reflect.ValueOf(full).Field(i))
		got, ok := packed(appendRecord(nil, &r)).record(full.Tenant)
		if d := cmp.Diff(r, got, sameRecord); !ok || d != "" {
			t.Errorf("%v %s", ok, d)
		}
	}
}

// TestPackedValues: values that are neither of encoding/json nor an int become what their JSON is.
func TestPackedValues(t *testing.T) {
	t.Parallel()
	type pair struct{ A, B int }
	r := Record{Tenant: tenantNamed(t, "acme"), Values: map[string]any{"pair": pair{1, 2}, "list": []string{"a"}, "never": func() {}, "big": int64(7)}}
	got, ok := packed(appendRecord(nil, &r)).record(r.Tenant)
	want := map[string]any{"pair": map[string]any{"A": 1.0, "B": 2.0}, "list": []any{"a"}, "never": nil, "big": 7.0}
	if d := cmp.Diff(want, got.Values); !ok || d != "" {
		t.Error(ok, d)
	}
}

// TestPackedMatches: a packed record matches what the record matches.
func TestPackedMatches(t *testing.T) {
	t.Parallel()
	few := []string{"", "a", "b", "c"}
	some := func() string { return few[rand.IntN(len(few))] }
	list := func() (l []string) {
		for range rand.IntN(3) {
			l = append(l, some())
		}
		return l
	}
	matched := 0
	for range 5000 {
		r := Record{
			ID: NewID(time.Now()), Status: 200 + 100*rand.IntN(4), IdP: some(), Operation: some(), RequestID: some(), Resource: some(), Holder: some(),
			Added: list(), Removed: list(), Also: list(), Known: list(), Changed: list(), Name: some(),
		}
		q := Query{Resource: some(), Failed: rand.IntN(2) == 0}
		if rand.IntN(2) == 0 {
			q = Query{Resource: some(), IdP: some(), Operation: some(), RequestID: some(), Status: []int{0, 200, 500}[rand.IntN(3)]}
		}
		want := q.Match(&r)
		if got := packed(appendRecord(nil, &r)).matches(&q); got != want {
			t.Fatalf("%v, want %v: %+v %+v", got, want, q, r)
		}
		if want {
			matched++
		}
	}
	if matched < 500 || matched > 4500 {
		t.Errorf("%d of 5000 matched", matched)
	}
}

// FuzzPacked: nothing that is read panics or takes much more memory than it is long, and what can be read is written
// and read again without a change.
func FuzzPacked(f *testing.F) {
	r := Record{ID: NewID(time.Unix(1, 0)), Status: 201, Changed: []string{"active"}, Values: map[string]any{"a": []any{1.5, map[string]any{"b": nil}}}, Names: map[string]string{"a": "b"}}
	f.Add(appendRecord(nil, &r))
	f.Add([]byte(strings.Repeat("\x05", 5000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, id := packed(data), tenantNamed(t, "acme")
		p.matches(&Query{Resource: "x"})
		p.readable(id)
		first, ok := p.record(id)
		if !ok {
			return
		}
		again, ok := packed(appendRecord(nil, &first)).record(id)
		if d := cmp.Diff(first, again, sameRecord, cmpopts.EquateNaNs()); !ok || d != "" {
			t.Errorf("%v %s", ok, d)
		}
	})
}
