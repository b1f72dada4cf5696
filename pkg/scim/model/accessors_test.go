package model_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
)

// TestAccessors: the parts and canonical forms of values.
func TestAccessors(t *testing.T) {
	t.Parallel()
	must := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	e, _ := model.ParseEmail("Ann.Lee@EXAMPLE.com")
	must(e.Canonical(), "Ann.Lee@example.com")
	must(e.Local(), "Ann.Lee")
	must(e.Domain(), "example.com")
	must(model.Email{}.Domain(), "")
	for in, want := range map[string][4]string{
		"tel:+1-201-555-0123;ext=5-5":          {"+12015550123", "55", "US", "tel:+12015550123;ext=55"},
		"+44 20 7946 0018":                     {"+442079460018", "", "GB", "tel:+442079460018"},
		"tel:863-1234;phone-context=+1-914-55": {"", "", "", "tel:8631234;phone-context=+1-914-55"},
		"+870773111632":                        {"+870773111632", "", "", "tel:+870773111632"},
	} {
		p, err := model.ParsePhoneNumber(in)
		if err != nil {
			t.Error(in, err)
		}
		must(p.E164(), want[0])
		must(p.Extension(), want[1])
		must(p.Country().String(), want[2])
		must(p.Canonical(), want[3])
	}
	us, _ := model.ParseCountry("us")
	must(us.Canonical(), "US")
	p, err := model.ParsePhoneNumberIn("(201) 555-0123", us)
	must(p.String(), "+12015550123")
	if err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"n/a", "1", "call me maybe", "555 FLOWERS"} {
		if p, err := model.ParsePhoneNumberIn(bad, us); err == nil || !p.IsZero() {
			t.Error(bad, p)
		}
	}
	if _, err := model.ParsePhoneNumberIn("(201) 555-0123", model.Country{}); err == nil {
		t.Error("a number without a country")
	}
	l, _ := model.ParseLocale("de-ch")
	must(l.Canonical(), "de-CH")
	must(l.Tag().String(), "de-CH")
	must(model.Locale{}.Tag().String(), "und")
	z, _ := model.ParseTimezone("Europe/Berlin")
	if loc, err := z.Location(); err != nil || loc.String() != "Europe/Berlin" {
		t.Error(loc, err)
	}
	u, _ := model.ParseURI("javascript:alert(1)")
	h, _ := model.ParseURI("https://example.com/")
	if u.Web() || !h.Web() {
		t.Error("Web")
	}
	n, _ := model.ParseUserName("Ann@Example.com")
	m, _ := model.ParseUserName("ann@example.COM")
	if !n.Same(m) || n == m || n.Same(model.UserName{}) {
		t.Error("userName")
	}
}

// TestKeptValues: what is stored keeps its text, valid or not, and the resource is no error.
func TestKeptValues(t *testing.T) {
	t.Parallel()
	const document = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":" ann ","nickName":5,"locale":"de_DE","active":"yes",` +
		`"emails":[{"value":"n/a","primary":true},{"value":"ann@example.com","primary":true,"verified":true}],"phoneNumbers":[{"value":"n/a","type":"work"}],` +
		`"addresses":[{"country":"Atlantis","primary":false}],"roles":"admin","colour":"red"}`
	u, err := model.Decode[model.User](&scim.Resource{Type: "User", Document: []byte(document)})
	if err != nil {
		t.Fatal(err)
	}
	phone, _ := u.PhoneNumbers.OfType(model.Work)
	if phone.Value.String() != "n/a" || phone.Value.Valid() == nil || u.NickName != "" || u.Active != nil {
		t.Errorf("%+v", u)
	}
	reasons := fmt.Sprint(u.Valid())
	for _, want := range []string{"userName is not", "nickName is not", "locale is not", "active is not", "emails[0].value is not", "emails is not", "phoneNumbers[0].value is not", "addresses[0].country is not", "roles is not"} {
		if !strings.Contains(reasons, want) {
			t.Errorf("no %q in %s", want, reasons)
		}
	}
	if strings.Contains(reasons, "Atlantis") || strings.Contains(reasons, "n/a") {
		t.Error("a reason has the value:", reasons)
	}
	back, err := model.Encode(u)
	if err != nil || string(back.Document) != document {
		t.Errorf("%s %v", back.Document, err)
	}
	if _, err := json.Marshal(phone.Value); err == nil {
		t.Error("an invalid value on its own has JSON")
	}
	if _, err := json.Marshal(u); err != nil {
		t.Error("an invalid value in a user has none:", err)
	}
	u.Title = "VP"
	back, _ = model.Encode(u)
	if want := strings.Replace(document, `"locale"`, `"title":"VP","locale"`, 1); string(back.Document) != want {
		t.Errorf("%s\nwant %s", back.Document, want)
	}
}
