package engine_test

import (
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// unique are pairs of values that an attribute announced as unique may not hold twice, and a
// filter that finds the first.
var unique = []struct{ first, same, other, filter string }{
	{`{"code":"BB"}`, `{"code":"bb"}`, `{"code":"bc"}`, `%s:code eq "Bb"`},
	{`{"exact":"BB"}`, `{"exact":"BB"}`, `{"exact":"bb"}`, `%s:exact eq "BB"`},
	{`{"number":5}`, `{"number":5}`, `{"number":50}`, `%s:number eq 5`},
	{`{"ratio":5.50}`, `{"ratio":5.5}`, `{"ratio":5.51}`, `%s:ratio eq 55e-1`},
	{`{"since":"2026-01-01T00:00:00Z"}`, `{"since":"2026-01-01T01:00:00+01:00"}`, `{"since":"2026-01-01T01:00:00Z"}`, `%s:since eq "2026-01-01T02:00:00+02:00"`},
	{`{"link":"https://a.example/x"}`, `{"link":"https://a.example/x"}`, `{"link":"https://a.example/y"}`, `%s:link eq "https://a.example/x"`},
	{`{"tags":["a","b"]}`, `{"tags":["c","B"]}`, `{"tags":["c","d"]}`, `%s:tags eq "B"`},
	{`{"device":{"serial":"1","mac":"M"}}`, `{"device":{"serial":"2","mac":"m"}}`, `{"device":{"serial":"1","mac":"n"}}`, `%s:device.mac eq "m"`},
	{`{"cards":[{"value":"1"},{"value":"2"}]}`, `{"cards":[{"value":"2","type":"door"}]}`, `{"cards":[{"value":"3"}]}`, `%s:cards[value eq "2"]`},
}

// TestAnnouncedUniqueness: what a schema announces as unique is, in every place and type, and
// can be looked up without reading others.
func TestAnnouncedUniqueness(t *testing.T) {
	t.Parallel()
	for _, c := range unique {
		w := badge(t, scim.TenantConfig{Limits: scim.Limits{MaxScan: 1}})
		first := w.create("User", "%s", user("u1", c.first)).ID
		if _, err := w.Create(t.Context(), w.at("User", ""), body(t, user("u2", c.same)), scim.Projection{}); err == nil || scim.AsError(err).ScimType != scim.Uniqueness {
			t.Errorf("%s then %s: %v", c.first, c.same, err)
		}
		second := w.create("User", "%s", user("u2", c.other)).ID
		for what, write := range map[string]func() (*scim.Result, error){
			"PUT": func() (*scim.Result, error) { return w.put("User", second, user("u2", c.same)) },
			"PATCH": func() (*scim.Result, error) {
				return w.patch("User", second, `[{"op":"replace","value":{"`+urnBadge+`":`+c.same+`}}]`)
			},
		} {
			if _, err := write(); err == nil || scim.AsError(err).ScimType != scim.Uniqueness {
				t.Errorf("%s %s: %v", what, c.same, err)
			}
		}
		w.create("User", `{"userName":"u3"}`)
		if got := w.ids(w.find("User", fmt.Sprintf(c.filter, urnBadge), nil)); len(got) != 1 || got[0] != first {
			t.Errorf("%s: %v", c.filter, got)
		}
	}
}

// TestNotAnnounced: values of other attributes may be equal.
func TestNotAnnounced(t *testing.T) {
	t.Parallel()
	w := badge(t, scim.TenantConfig{})
	for i := range 2 {
		w.create("User", "%s", user(fmt.Sprint("u", i), `{"plain":"p","free":["x"],"device":{"serial":"1"}}`))
	}
}
