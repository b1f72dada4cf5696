package activity_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestValues: a tenant that keeps values has the new values of what changed. Attributes that are not
// returned by default stay out, in extensions and as sub-attributes too.
func TestValues(t *testing.T) {
	t.Parallel()
	const urn = "urn:example:Badge"
	types, err := schema.LoadDir(fstest.MapFS{"badge.json": {Data: []byte(`[{"id":"` + urn + `","attributes":[
		{"name":"number"},{"name":"pin","returned":"never"},{"name":"hint","returned":"request"},
		{"name":"door","type":"complex","subAttributes":[{"name":"name"},{"name":"code","returned":"never"}]},
		{"name":"doors","type":"complex","multiValued":true,"subAttributes":[{"name":"name"},{"name":"code","returned":"never"}]}]},
		{"name":"User","endpoint":"/Users","schema":"` + schema.URNUser + `","schemaExtensions":[{"schema":"` + urn + `"}]}]`)}}, ".")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(s *tenant.Settings) { s.KeepValues, s.Types = true, types })
	id := w.create("/Users", `{"userName":"a","title":"T","password":"p","`+urn+`":{"number":"1","pin":"9","hint":"9","door":{"name":"d","code":"9"},"doors":[{"name":"d","code":"9"}]}}`)
	w.send("PATCH", w.base+"/Users/"+id, patch(`{"op":"remove","path":"title"},{"op":"replace","path":"password","value":"q"},{"op":"replace","path":"`+urn+`:number","value":"2"}`))
	records := w.ask("?resource=" + id)
	want := []map[string]any{
		{"title": nil, urn + ":number": "2"},
		{"userName": "a", "title": "T", "active": true, urn + ":number": "1", urn + ":door": map[string]any{"name": "d"}, urn + ":doors": []any{map[string]any{"name": "d"}}},
	}
	for i, r := range records {
		if diff := cmp.Diff(want[i], r.Values); diff != "" {
			t.Errorf("%s: %s", r.Operation, diff)
		}
	}
	if len(records) != 2 {
		t.Errorf("%d records", len(records))
	}
}
