package model_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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
