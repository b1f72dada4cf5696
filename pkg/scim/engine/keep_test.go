package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const urnBadge = "urn:example:schemas:Badge"

// badge is a tenant whose users have an extension with every kind of attribute that is kept or unique.
func badge(t *testing.T, c scim.TenantConfig) *world {
	t.Helper()
	files := fstest.MapFS{"badge.json": {Data: []byte(`[{"id":"` + urnBadge + `","name":"Badge","attributes":[
		{"name":"plain"},
		{"name":"fixed","mutability":"immutable"},
		{"name":"secret","returned":"request"},
		{"name":"pin","mutability":"writeOnly","returned":"never"},
		{"name":"code","uniqueness":"server"},
		{"name":"exact","uniqueness":"global","caseExact":true},
		{"name":"number","type":"integer","uniqueness":"server"},
		{"name":"ratio","type":"decimal","uniqueness":"server"},
		{"name":"since","type":"dateTime","uniqueness":"server"},
		{"name":"link","type":"reference","referenceTypes":["external"],"uniqueness":"server"},
		{"name":"tags","multiValued":true,"uniqueness":"server"},
		{"name":"free","multiValued":true},
		{"name":"device","type":"complex","subAttributes":[
			{"name":"serial","required":true},{"name":"model"},{"name":"lock","mutability":"immutable"},{"name":"key","returned":"request"},{"name":"mac","uniqueness":"server"}]},
		{"name":"passes","type":"complex","multiValued":true,"subAttributes":[
			{"name":"value","mutability":"immutable"},{"name":"type","mutability":"immutable"},{"name":"gate","mutability":"immutable"},{"name":"memo"}]},
		{"name":"cards","type":"complex","multiValued":true,"subAttributes":[
			{"name":"value","uniqueness":"server"},{"name":"type"},{"name":"chip","mutability":"immutable"},{"name":"pin","returned":"never"}]}]},
		{"name":"User","endpoint":"/Users","schema":"` + schema.URNUser + `","schemaExtensions":[{"schema":"` + urnBadge + `","required":false}]}]`)}}
	types, err := schema.LoadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	c.Types = &scim.Types{List: types}
	return begin(t, c)
}

// user is the body of a user with an extension.
func user(name, ext string) string {
	return fmt.Sprintf(`{"schemas":[%q,%q],"userName":%q,%q:%s}`, schema.URNUser, urnBadge, name, urnBadge, ext)
}

// stored is what GET shows of the extension of a user, by default and on request.
func (w *world) stored(id string) (out string) {
	w.Helper()
	for _, names := range [][]string{nil, {urnBadge + ":secret", urnBadge + ":device.key"}} {
		res, err := w.Get(w.Context(), w.at("User", id), scim.Projection{Attributes: names})
		if err != nil {
			w.Fatal(err)
		}
		out += string(schema.AppendValue(nil, w.doc(res.Body, nil)[urnBadge]))
	}
	return out
}

const full = `{"plain":"p","fixed":"f","secret":"s","pin":"1234","device":{"serial":"1","model":"m","lock":"l","key":"k"},` +
	`"cards":[{"value":"c1","type":"door","chip":"x1","pin":"1"},{"value":"c2","type":"door","chip":"x2","pin":"2"},{"pin":"3"}]}`

// TestEchoChangesNothing: a PUT of what GET has answered changes nothing, also what GET does not show.
func TestEchoChangesNothing(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		w := badge(t, scim.TenantConfig{Strict: strict})
		id := w.create("User", "%s", user("u", full)).ID
		get, err := w.Get(t.Context(), w.at("User", id), scim.Projection{})
		if err != nil || strings.Contains(string(get.Body), `"secret"`) || strings.Contains(string(get.Body), "pin") {
			t.Fatalf("%s %v", get.Body, err)
		}
		res, err := w.put("User", id, string(get.Body))
		if err != nil || res.Changed || res.Version != 1 {
			t.Errorf("strict %t: %+v %v", strict, res, err)
		}
		res, err = w.put("User", id, strings.Replace(string(get.Body), `"model":"m"`, `"model":"n"`, 1))
		if err != nil || !res.Changed {
			t.Fatal(err)
		}
		if got := w.stored(id); !strings.Contains(got, `"secret":"s"`) || !strings.Contains(got, `"key":"k"`) {
			t.Errorf("strict %t: %s", strict, got)
		}
	}
}

// TestUnreadCanBeUnassigned: naming what GET does not show, without a value, unassigns it.
func TestUnreadCanBeUnassigned(t *testing.T) {
	t.Parallel()
	w := badge(t, scim.TenantConfig{})
	id := w.create("User", "%s", user("u", full)).ID
	if _, err := w.put("User", id, user("u", `{"secret":null}`)); err != nil {
		t.Fatal(err)
	}
	if got := w.stored(id); strings.Contains(got, "secret") {
		t.Error(got)
	}
}

// TestImmutableStays: an immutable value is lost neither through its parent, nor through the
// extension, nor through schemas; another value is refused.
func TestImmutableStays(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		w := badge(t, scim.TenantConfig{Strict: strict})
		id := w.create("User", "%s", user("u", full)).ID
		for _, b := range []string{
			`{"schemas":["` + schema.URNUser + `"],"userName":"u"}`,
			user("u", `{}`), user("u", `{"device":{}}`), user("u", `{"device":null,"cards":null}`),
			user("u", `{"device":{"serial":"2"},"cards":[{"value":"c1","type":"door"}]}`),
			user("u", `{"cards":[{"value":"c1","type":"door","chip":"x1"},{"value":"c9","chip":"x9"}]}`),
		} {
			if strict && strings.Contains(b, `"device":{}`) {
				continue // an empty object is no value there
			}
			if _, err := w.put("User", id, b); err != nil {
				t.Fatalf("strict %t, %s: %v", strict, b, err)
			}
			got := w.stored(id)
			if !strings.Contains(got, `"fixed":"f"`) || !strings.Contains(got, `"lock":"l"`) || strings.Contains(b, "c1") && !strings.Contains(got, `"chip":"x1"`) {
				t.Errorf("strict %t, %s: %s", strict, b, got)
			}
			w.put("User", id, user("u", full)) // the cards are back for the next one
		}
		for _, b := range []string{`{"fixed":"g"}`, `{"device":{"serial":"1","lock":"2"}}`, `{"cards":[{"value":"c1","type":"door","chip":"x2"}]}`} {
			if _, err := w.put("User", id, user("u", b)); err == nil || scim.AsError(err).ScimType != scim.Mutability {
				t.Errorf("strict %t, %s: %v", strict, b, err)
			}
		}
	}
}

// TestLeaverStays: no spelling of "no value" in a POST or PUT gives a leaver another state (U-04).
func TestLeaverStays(t *testing.T) {
	t.Parallel()
	const core = schema.URNUser
	for _, none := range []string{`"active":null`, `"active":""`, `"Active":null`, `"` + core + `:active":null`, `"` + core + `":{"active":null}`, `"title":"x"`} {
		w := begin(t, scim.TenantConfig{})
		if u := w.get("User", w.create("User", `{"userName":"new",%s}`, none).ID); u["active"] != true {
			t.Errorf("POST %s: %v", none, u["active"])
		}
		id := w.create("User", `{"userName":"u","active":false}`).ID
		res, err := w.put("User", id, `{"userName":"u",`+none+`}`)
		if err != nil || w.get("User", id)["active"] != false {
			t.Errorf("PUT %s: %v", none, err)
			continue
		}
		if noted := strings.Contains(strings.Join(res.Notes, ";"), "left as it is"); noted == strings.Contains(none, "title") {
			t.Errorf("PUT %s: notes %q", none, res.Notes)
		}
	}
	w := begin(t, scim.TenantConfig{Strict: true})
	id := w.create("User", `{"schemas":[%q],"userName":"u","active":false}`, core).ID
	if _, err := w.put("User", id, fmt.Sprintf(`{"schemas":[%q],"userName":"u"}`, core)); err != nil || w.get("User", id)["active"] != false {
		t.Error("strict: a PUT that omits active lost it", err)
	}
}
