package model_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// service is a provider over an empty store, for one tenant with value types.
type service struct {
	*testing.T
	scim.Provider
	at scim.Target
}

// badgeNumber is a value type of an application: B- and digits, in capitals.
var badgeNumber = &schema.Kind{Name: "badge number", Check: func(s string) (string, error) {
	form := strings.ToUpper(strings.TrimSpace(s))
	if digits, ok := strings.CutPrefix(form, "B-"); !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", errors.New("is not B- and digits")
	}
	return form, nil
}}

// even is a value type for numbers.
var even = &schema.Kind{Name: "even number", Check: func(s string) (string, error) {
	if strings.HasSuffix(s, "3") {
		return "", errors.New("is odd")
	}
	return s, nil
}}

func begin(t *testing.T, strict bool, rules map[string]schema.Rule) *service {
	t.Helper()
	badge := schema.NewSchema(urnBadge, "Badge", "", &schema.Attribute{Name: "number", Uniqueness: schema.Server, Kind: badgeNumber},
		&schema.Attribute{Name: "old", MultiValued: true, Kind: badgeNumber}, &schema.Attribute{Name: "floor", Type: schema.Integer, Kind: even},
		&schema.Attribute{Name: "desks", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{{Name: "value", Kind: badgeNumber}, {Name: "type"}}})
	rt := *schema.UserType()
	rt.Extensions = append(slices.Clone(rt.Extensions), schema.Extension{Schema: badge})
	users, err := rt.WithKinds(model.ValueTypes(), rules)
	if err != nil {
		t.Fatal(err)
	}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id, Strict: strict, Types: &scim.Types{List: []*schema.ResourceType{users, schema.GroupType()}}})
	if err != nil {
		t.Fatal(err)
	}
	return &service{T: t, Provider: engine.New(memory.New(), engine.Options{}), at: scim.Target{Tenant: acme, Type: users}}
}

func (s *service) body(text string) map[string]any {
	s.Helper()
	m, err := schema.DecodeJSON([]byte(text), 20)
	if err != nil {
		s.Fatal(err, text)
	}
	return m
}

func (s *service) post(attrs string) (*scim.Result, error) {
	return s.Create(s.Context(), s.at, s.body(`{"schemas":["`+schema.URNUser+`","`+urnBadge+`"],`+attrs+`}`), scim.Projection{})
}

func (s *service) put(id, attrs string) (*scim.Result, error) {
	return s.Replace(s.Context(), s.at.Of(id), s.body(`{"schemas":["`+schema.URNUser+`","`+urnBadge+`"],`+attrs+`}`), scim.Match{}, scim.Projection{})
}

func (s *service) patch(id, ops string) (*scim.Result, error) {
	return s.Patch(s.Context(), s.at.Of(id), s.body(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+ops+`]}`), scim.Match{}, scim.Projection{})
}

// invalid are values that no rule accepts, by attribute; the reason is part of the note or the fault.
var invalid = map[string]string{
	`"emails":[{"value":"not-an-email"}]`:          "has no @",
	`"phoneNumbers":[{"value":"call me maybe"}]`:   "RFC 3966",
	`"addresses":[{"country":"Atlantis"}]`:         "two letters",
	`"locale":"german"`:                            "BCP 47",
	`"timezone":"Europe/Atlantis"`:                 "IANA",
	`"x509Certificates":[{"value":"AAAA"}]`:        "DER",
	`"` + urnBadge + `":{"number":"C-1"}`:          "B- and digits",
	`"` + urnBadge + `":{"old":["B-1","C-1"]}`:     "B- and digits",
	`"` + urnBadge + `":{"floor":13}`:              "odd",
	`"` + urnBadge + `":{"desks":[{"value":"x"}]}`: "B- and digits",
}

// name is the attribute of a member of invalid.
func name(attr string) string {
	switch {
	case strings.Contains(attr, urnBadge):
		for _, n := range []string{"number", "old", "floor"} {
			if strings.Contains(attr, `"`+n+`"`) {
				return urnBadge + ":" + n
			}
		}
		return urnBadge + ":desks.value"
	case strings.Contains(attr, "country"):
		return "addresses.country"
	}
	n, _, _ := strings.Cut(attr[1:], `"`)
	if strings.Contains(attr, `"value"`) {
		return n + ".value"
	}
	return n
}

// writes sends an attribute by POST, PUT and every form of PATCH, and reports each answer.
func (s *service) writes(attr string, answer func(what string, res *scim.Result, err error)) {
	s.Helper()
	n := 0
	fresh := func() string {
		n++
		res, err := s.post(fmt.Sprintf(`"userName":"u%d"`, n))
		if err != nil {
			s.Fatal(err)
		}
		return res.ID
	}
	res, err := s.post(`"userName":"posted",` + attr)
	answer("POST", res, err)
	if err == nil {
		if err := s.Delete(s.Context(), s.at.Of(res.ID), scim.Match{}); err != nil {
			s.Fatal(err)
		}
	}
	id := fresh()
	undo := func() {
		if err := s.Delete(s.Context(), s.at.Of(id), scim.Match{}); err != nil {
			s.Fatal(err)
		}
		id = fresh()
	}
	res, err = s.put(id, `"userName":"u",`+attr)
	answer("PUT", res, err)
	undo()
	key, value, _ := strings.Cut(attr, `":`)
	path := key[1:]
	if strings.Contains(attr, urnBadge) {
		sub, v, _ := strings.Cut(strings.TrimPrefix(value, `{"`), `":`)
		path, value = path+":"+sub, strings.TrimSuffix(v, "}")
	}
	for _, op := range []string{"add", "replace"} {
		res, err = s.patch(id, `{"op":"`+op+`","path":"`+path+`","value":`+value+`}`)
		answer("PATCH "+op, res, err)
		undo()
		if !s.at.Tenant.Strict {
			res, err = s.patch(id, `{"op":"`+op+`","value":{`+attr+`}}`)
			answer("PATCH "+op+" without a path", res, err)
			undo()
		}
	}
	if strings.Contains(value, `[{"value"`) {
		v := strings.TrimSuffix(strings.TrimPrefix(value, `[{"value":`), `}]`)
		_, err = s.patch(id, `{"op":"add","path":"`+path+`","value":[{"type":"work","value":`+s.valid(path)+`}]}`)
		if err != nil {
			s.Fatal(err)
		}
		res, err = s.patch(id, `{"op":"replace","path":"`+path+`[type eq \"work\"].value","value":`+v+`}`)
		answer("PATCH of an element", res, err)
		res, err = s.patch(id, `{"op":"replace","path":"`+path+`[type eq \"work\"]","value":{"value":`+v+`}}`)
		answer("PATCH with an element", res, err)
		undo()
		res, err = s.patch(id, `{"op":"add","path":"`+path+`[value eq `+strings.ReplaceAll(v, `"`, `\"`)+`].type","value":"work"}`)
		answer("PATCH with a value in the path", res, err)
		undo()
	}
}

// valid is a value for an attribute with elements.
func (s *service) valid(path string) string {
	switch {
	case strings.HasPrefix(path, "emails"):
		return `"ann@example.com"`
	case strings.HasPrefix(path, "phone"):
		return `"+12015550123"`
	case strings.HasPrefix(path, "x509"):
		return `"` + selfSigned(s.T) + `"`
	}
	return `"B-1"`
}

// TestRules: a value that its type does not accept is noted, refused or stored silently by POST, PUT and all
// forms of PATCH alike, in both modes; notes and faults name the attribute and the reason and no value.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		for _, rule := range []schema.Rule{schema.RuleDefault, schema.RuleOff, schema.RuleNote, schema.RuleRefuse} {
			for attr, reason := range invalid {
				s := begin(t, strict, map[string]schema.Rule{name(attr): rule})
				refused := rule == schema.RuleRefuse || rule == schema.RuleDefault && strict
				noted := rule == schema.RuleNote || rule == schema.RuleDefault && !strict
				s.writes(attr, func(what string, res *scim.Result, err error) {
					t.Helper()
					if refused {
						e := scim.AsError(err)
						format := strings.Contains(fmt.Sprint(err), "required format") // of RFC 7643
						if err == nil || e.Status != 400 || e.Code != scim.CodeValue || !strings.Contains(e.Detail, reason) && !format {
							t.Errorf("strict %v, %v, %s of %s: %v", strict, rule, what, attr, err)
						}
						return
					}
					if err != nil {
						t.Errorf("strict %v, %v, %s of %s: %v", strict, rule, what, attr, err)
						return
					}
					notes := strings.Join(res.Notes, "\n")
					if strings.Contains(notes, reason) != noted {
						t.Errorf("strict %v, %v, %s of %s: notes %q", strict, rule, what, attr, notes)
					}
				})
			}
		}
	}
}

// TestRulesKeepAResource: what was stored under a milder rule does not block a client that sends it again.
func TestRulesKeepAResource(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		s := begin(t, strict, map[string]schema.Rule{"emails.value": schema.RuleNote, urnBadge + ":old": schema.RuleOff, urnBadge + ":desks.value": schema.RuleNote})
		const attrs = `"emails":[{"value":"n/a","type":"work"}],"` + urnBadge + `":{"old":["C-1"],"desks":[{"value":"x","type":"t"}]}`
		res, err := s.post(`"userName":"ann",` + attrs)
		if err != nil {
			t.Fatal(err)
		}
		later := begin(t, strict, map[string]schema.Rule{"emails.value": schema.RuleRefuse, urnBadge + ":old": schema.RuleRefuse, urnBadge + ":desks.value": schema.RuleRefuse})
		s.at.Type, s.at.Tenant = later.at.Type, later.at.Tenant
		res, err = s.put(res.ID, `"userName":"ann","active":false,`+attrs)
		if err != nil || !strings.Contains(string(res.Body), `"active":false`) || !strings.Contains(strings.Join(res.Notes, "\n"), "has no @") {
			t.Fatalf("strict %v: %v %+v", strict, err, res)
		}
		for _, ops := range []string{
			`{"op":"replace","path":"emails","value":[{"value":"n/a","type":"home"}]}`,
			`{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"n/a","type":"work"}}`,
			`{"op":"replace","path":"` + urnBadge + `:desks[type eq \"t\"]","value":{"value":"x","type":"t"}}`,
			`{"op":"add","path":"emails[type eq \"work\"].display","value":"d"}`,
			`{"op":"remove","path":"emails[value eq \"n/a\"]"}`,
		} {
			if _, err := s.patch(res.ID, ops); err != nil {
				t.Errorf("strict %v, %s: %v", strict, ops, err)
			}
		}
		if _, err := s.put(res.ID, `"userName":"ann","emails":[{"value":"other"}]`); err == nil {
			t.Errorf("strict %v: a new value was accepted", strict)
		}
		if _, err := s.put(res.ID, `"userName":"ann","phoneNumbers":[{"value":"n/a"}],"locale":"x"`); err == nil && strict {
			t.Error("a value of another attribute was accepted")
		}
	}
}

// TestCanonicalForm: a value type's canonical form is what is stored, compared and found unique.
func TestCanonicalForm(t *testing.T) {
	t.Parallel()
	s := begin(t, false, map[string]schema.Rule{urnBadge + ":old": schema.RuleRefuse, urnBadge + ":desks.value": schema.RuleRefuse})
	const attr = `"` + urnBadge + `":{"number":" b-17 ","old":["b-1","B-1"]}`
	res, err := s.post(`"userName":"ann",` + attr)
	if err != nil || !strings.Contains(string(res.Body), `{"number":"B-17","old":["B-1"]}`) {
		t.Fatalf("%v %s", err, res.Body)
	}
	if _, err := s.post(`"userName":"bob",` + strings.Replace(attr, " b-17 ", "B-17", 1)); scim.AsError(err).Status != 409 {
		t.Error("not unique:", err)
	}
	again, err := s.put(res.ID, `"userName":"ann",`+attr)
	if err != nil || again.Changed {
		t.Errorf("%v %+v", err, again)
	}
	removed, err := s.patch(res.ID, `{"op":"remove","path":"`+urnBadge+`:old","value":[" b-1"]}`)
	if err != nil || strings.Contains(string(removed.Body), "old") {
		t.Errorf("%v %s", err, removed.Body)
	}
	if removed, err = s.patch(res.ID, `{"op":"remove","path":"`+urnBadge+`:old","value":["nothing"]}`); err != nil || removed.Changed {
		t.Error("remove of a value that is none:", err)
	}
	made, err := s.patch(res.ID, `{"op":"add","path":"`+urnBadge+`:desks[value eq \"b-3\"].type","value":"t"}`)
	if err != nil || !strings.Contains(string(made.Body), `"desks":[{"value":"B-3","type":"t"}]`) {
		t.Errorf("%v %s", err, made.Body)
	}
	e164, canonical := model.E164(), model.Canonical("locale", model.ParseLocale)
	for in, want := range map[string]string{"+1 (201) 555-0123": "+12015550123", "tel:+1-201-555-0123;ext=5": "tel:+12015550123;ext=5", "tel:7042;phone-context=example.com": "tel:7042;phone-context=example.com"} {
		if got, err := e164.Check(in); err != nil || got != want {
			t.Error(in, got, err)
		}
	}
	if got, err := canonical.Check("de-ch"); err != nil || got != "de-CH" {
		t.Error(got, err)
	}
	if _, err := e164.Check("n/a"); err == nil || strings.HasPrefix(err.Error(), "the value") {
		t.Error(err)
	}
}

// TestExamplesOfTheRFC: a strict tenant with all value types accepts the users of RFC 7643 §8.
func TestExamplesOfTheRFC(t *testing.T) {
	t.Parallel()
	s := begin(t, true, nil)
	res, err := s.post(`"userName":"bjensen@example.com","profileUrl":"https://login.example.com/bjensen","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles",` +
		`"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],` +
		`"addresses":[{"type":"work","country":"USA","primary":true}],"phoneNumbers":[{"value":"555-555-5555","type":"work"},{"value":"tel:+1-201-555-0123","type":"home"}],` +
		`"photos":[{"value":"https://photos.example.com/profilephoto/72930000000Ccne/F","type":"photo"}],"x509Certificates":[{"value":"` + selfSigned(t) + `"}]`)
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(res.Notes, "\n"); len(res.Notes) != 2 || !strings.Contains(notes, "phoneNumbers.value") || !strings.Contains(notes, "addresses.country") {
		t.Errorf("%q", notes)
	}
	if _, err := s.post(`"userName":"x","phoneNumbers":[{"value":"call me maybe"}]`); err == nil {
		t.Error("the required format does not hold any more")
	}
}

// TestFormatInPath: in strict mode a value path is no way around a required format of RFC 7643 or the
// canonical values of an attribute, without any value types.
func TestFormatInPath(t *testing.T) {
	t.Parallel()
	s := begin(t, true, nil)
	acme, err := scim.NewTenant(scim.TenantConfig{ID: s.at.Tenant.ID, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	s.at = scim.Target{Tenant: acme, Type: schema.UserType()}
	res, err := s.Create(t.Context(), s.at, s.body(`{"schemas":["`+schema.URNUser+`"],"userName":"ann"}`), scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	for path, ok := range map[string]bool{
		`emails[value eq \"ann@example.com\"].display`: true, `emails[value eq \"not-an-email\"].display`: false,
		`emails[value eq \"b@example.com\" and type eq \"castle\"].display`: false, `addresses[country eq \"Atlantis\"].locality`: false, `addresses[country eq \"DE\"].locality`: true,
	} {
		if _, err := s.patch(res.ID, `{"op":"add","path":"`+path+`","value":"x"}`); (err == nil) != ok {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestRulesOfBulk: over HTTP, the rules hold for each operation of a Bulk request.
func TestRulesOfBulk(t *testing.T) {
	t.Parallel()
	s := begin(t, false, map[string]schema.Rule{"emails.value": schema.RuleRefuse})
	server := apptest.Start(t, memory.New())
	base, token := server.Tenant(t, "acme", func(st *tenant.Settings) { st.Types = s.at.Tenant.Types.List })
	op := func(id, mail string) string {
		return `{"method":"POST","path":"/Users","bulkId":"` + id + `","data":{"schemas":["` + schema.URNUser + `"],"userName":"` + id + `","emails":[{"value":"` + mail + `"}]}}`
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/Bulk", strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+op("a", "a@example.com")+`,`+op("b", "not-an-email")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/scim+json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if out := string(body); err != nil || !strings.Contains(out, `"status":"201"`) || !strings.Contains(out, `"status":"400"`) || !strings.Contains(out, "has no @") {
		t.Error(res.Status, out, err)
	}
}
