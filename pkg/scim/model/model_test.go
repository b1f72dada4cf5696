package model_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const urnBadge = "urn:example:params:scim:schemas:Badge"

// Badge is an extension of an application.
type Badge struct {
	Number string                               `json:"number"`
	Level  int                                  `json:"level"`
	Issued time.Time                            `json:"issued"`
	Phone  model.PhoneNumber                    `json:"phone"`
	Doors  []string                             `json:"doors"`
	Calls  model.MultiValued[model.PhoneNumber] `json:"calls"`
	Desk   *struct{ Floor int }                 `json:"desk"`
}

func (Badge) SchemaURN() string { return urnBadge }

// Device is a resource type of an application.
type Device struct {
	model.Common
	Serial string      `json:"serial"`
	Owner  model.Email `json:"owner"`
	Ports  []struct {
		Value string `json:"value"`
	} `json:"ports"`
}

func (Device) SchemaURN() string { return "urn:example:params:scim:schemas:Device" }

const stored = `{"schemas":["` + schema.URNUser + `","` + schema.URNEnterpriseUser + `","` + urnBadge + `"],"externalId":"x1","userName":"ann","name":{"givenName":"Ann","old":"?"},"active":false,` +
	`"emails":[{"value":"a@x","type":"work","primary":true,"since":"2020"},{"value":"b@x","primary":false}],"shoe":44,` +
	`"` + schema.URNEnterpriseUser + `":{"department":"R&D","team":"blue"},` +
	`"` + urnBadge + `":{"number":"B-17","level":3,"issued":"2026-01-31T09:00:00.000Z","phone":"n/a","doors":["n","s"],"calls":[{"value":"+12015550123","mode":"quiet"}],"colour":"red"}}`

func decode(t *testing.T, document string) model.User {
	t.Helper()
	u, err := model.Decode[model.User](&scim.Resource{Type: "User", ID: "1", Version: 3, ExternalID: "x1", Document: []byte(document), Hidden: []byte(`{"password":"$argon2","pin":1}`)})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func encoded(t *testing.T, u model.User) string {
	t.Helper()
	r, err := model.Encode(u)
	if err != nil {
		t.Fatal(err)
	}
	if string(r.Hidden) != `{"password":"$argon2","pin":1}` || r.ID != "1" || r.Version != 3 {
		t.Errorf("%+v", r)
	}
	return string(r.Document)
}

// TestChanges: a change of one field changes that attribute and no other byte.
func TestChanges(t *testing.T) {
	t.Parallel()
	yes := true
	for name, c := range map[string]struct {
		change   func(u *model.User)
		old, new string
	}{
		"nothing":    {func(*model.User) {}, "", ""},
		"a part":     {func(u *model.User) { u.Name.FamilyName = "Lee" }, `{"givenName"`, `{"familyName":"Lee","givenName"`},
		"unset":      {func(u *model.User) { u.Name.GivenName = "" }, `"givenName":"Ann",`, ``},
		"a new one":  {func(u *model.User) { u.Title = "<VP>" }, `"active"`, `"title":"<VP>","active"`},
		"a boolean":  {func(u *model.User) { u.Active = &yes }, `"active":false`, `"active":true`},
		"externalId": {func(u *model.User) { u.ExternalID = "" }, `"externalId":"x1",`, ``},
		"an element": {func(u *model.User) { u.Emails.Remove(func(e model.Entry[model.Email]) bool { return e.Primary }) }, `{"value":"a@x","type":"work","primary":true,"since":"2020"},`, ``},
		"a new primary": {func(u *model.User) {
			e, _ := model.ParseEmail("c@x")
			u.Emails.Add(model.Entry[model.Email]{Value: e, Primary: true})
		}, `"primary":true,"since":"2020"},{"value":"b@x","primary":false}]`, `"since":"2020"},{"value":"b@x","primary":false},{"value":"c@x","primary":true}]`},
		"its value": {func(u *model.User) {
			u.Emails.Replace(func(e model.Entry[model.Email]) bool { return e.Type == model.Work }, func(e model.Entry[model.Email]) model.Entry[model.Email] {
				e.Value, _ = model.ParseEmail("z@x")
				return e
			})
		}, `"a@x"`, `"z@x"`},
		"enterprise": {func(u *model.User) { u.Enterprise.CostCenter = "7" }, `{"department"`, `{"costCenter":"7","department"`},
		"outside":    {func(u *model.User) { u.ID, u.Groups, u.Meta = "2", []model.Member{{Value: "g"}}, model.Meta{} }, "", ""},
	} {
		u := decode(t, stored)
		c.change(&u)
		if got, want := encoded(t, u), strings.Replace(stored, c.old, c.new, 1); got != want {
			t.Errorf("%s: %s", name, cmp.Diff(want, got))
		}
		if again := decode(t, stored); encoded(t, again) != stored {
			t.Errorf("%s: another user changed", name)
		}
	}
	u := decode(t, stored)
	u.Enterprise = model.EnterpriseUser{}
	if got := encoded(t, u); !strings.Contains(got, `"team":"blue"`) || strings.Contains(got, "department") {
		t.Errorf("the unknown attribute of an extension: %s", got)
	}
}

// TestExtension: an extension is read into a struct and written back; what has no field stays.
func TestExtension(t *testing.T) {
	t.Parallel()
	u := decode(t, stored)
	b, err := model.Extension[Badge](u)
	if err != nil || b.Number != "B-17" || b.Level != 3 || b.Issued.Year() != 2026 || b.Phone.String() != "n/a" || len(b.Doors) != 2 || b.Calls.Len() != 1 {
		t.Errorf("%+v %v", b, err)
	}
	if e, err := model.Extension[model.EnterpriseUser](&u); err != nil || e.Department != "R&D" {
		t.Errorf("%+v %v", e, err)
	}
	before := encoded(t, u)
	if err := model.SetExtension(&u, b); err != nil || encoded(t, u) != before || before != stored {
		t.Errorf("set as it is: %v %s", err, encoded(t, u))
	}
	b.Level, b.Doors = 4, nil
	if err := model.SetExtension(&u, b); err != nil {
		t.Error(err)
	}
	want := strings.NewReplacer(`"level":3`, `"level":4`, `"doors":["n","s"],`, ``).Replace(stored)
	if got := encoded(t, u); got != want {
		t.Error(cmp.Diff(want, got))
	}
	if err := model.SetExtension(&u, model.EnterpriseUser{Division: "D"}); err != nil || u.Enterprise.Division != "D" {
		t.Error(err)
	}

	// A user without it has none; the first value adds the schema, and the last one removes it.
	plain := model.User{}
	plain.UserName, _ = model.ParseUserName("bob")
	if b, err := model.Extension[Badge](plain); err != nil || b.Number != "" {
		t.Error(b, err)
	}
	if err := model.SetExtension(&plain, Badge{Number: "1"}); err != nil {
		t.Error(err)
	}
	r, err := model.Encode(plain)
	if err != nil || string(r.Document) != `{"schemas":["`+schema.URNUser+`","`+urnBadge+`"],"userName":"bob","`+urnBadge+`":{"number":"1"}}` {
		t.Errorf("%s %v", r.Document, err)
	}
	if err := model.SetExtension(&plain, Badge{}); err != nil {
		t.Error(err)
	}
	if r, _ = model.Encode(plain); string(r.Document) != `{"schemas":["`+schema.URNUser+`"],"userName":"bob"}` {
		t.Errorf("%s", r.Document)
	}

	// What does not fit is reported, and nothing is lost.
	odd := strings.Replace(stored, `"level":3`, `"level":"high"`, 1)
	u = decode(t, odd)
	b, err = model.Extension[Badge](u)
	if err == nil || !strings.Contains(err.Error(), "level") || b.Number != "B-17" {
		t.Errorf("%+v %v", b, err)
	}
	if err := model.SetExtension(&u, b); err != nil || encoded(t, u) != odd {
		t.Errorf("%v %s", err, cmp.Diff(odd, encoded(t, u)))
	}
}

// TestOwnType: a struct that embeds Common is a resource like User.
func TestOwnType(t *testing.T) {
	t.Parallel()
	const document = `{"schemas":["urn:example:params:scim:schemas:Device"],"serial":"S1","owner":"n/a","ports":[{"value":"a"}],"colour":"red"}`
	d, err := model.Decode[Device](&scim.Resource{Type: "Device", ID: "7", Document: []byte(document)})
	if err != nil || d.Serial != "S1" || d.ID != "7" || len(d.Ports) != 1 || model.Valid(d) == nil {
		t.Errorf("%+v %v", d, err)
	}
	d.Serial = "S2"
	r, err := model.Encode(d)
	if err != nil || string(r.Document) != strings.Replace(document, "S1", "S2", 1) || r.Type != "Device" {
		t.Errorf("%s %v", r.Document, err)
	}
	for _, bad := range []*scim.Resource{nil, {Type: "User", Document: []byte(stored)}, {Document: []byte(`[]`)}, {Document: []byte(`{"a":`)}, {Document: []byte(`{}`), Hidden: []byte(`1`)}} {
		if _, err := model.Decode[Device](bad); err == nil {
			t.Errorf("%+v", bad)
		}
	}
}

// TestSecrets: a password is in a request and nowhere else.
func TestSecrets(t *testing.T) {
	t.Parallel()
	u := decode(t, stored)
	if out, _ := json.Marshal(u); u.Password != "" || strings.Contains(string(out), "argon") || strings.Contains(string(out), "pin") {
		t.Errorf("%s", out)
	}
	u.Password = "correct horse"
	if _, err := model.Encode(u); err == nil {
		t.Error("a password was encoded")
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, u); strings.Contains(s, "horse") {
			t.Error(format, s)
		}
	}
	body, err := model.Body(u)
	if err != nil || body["password"] != "correct horse" {
		t.Error(body, err)
	}
	read, err := model.Unmarshal[model.User]([]byte(`{"userName":"ann","password":"x","id":"9","groups":[{"value":"g","display":"G"}],"meta":{"version":"W/\"1\"","created":"2026-01-01T00:00:00Z"}}`))
	if err != nil || read.Password != "" || read.ID != "9" || read.Groups[0].Display != "G" || read.Meta.Version != `W/"1"` || read.Meta.Created.Year() != 2026 {
		t.Errorf("%+v %v", read, err)
	}
}

// TestMultiValued: at most one element is primary, whatever a program does.
func TestMultiValued(t *testing.T) {
	t.Parallel()
	a, b := model.Entry[string]{Value: "a", Primary: true}, model.Entry[string]{Value: "b", Primary: true}
	if _, err := model.Values(a, b); err == nil || !strings.Contains(err.Error(), "primary") {
		t.Error(err)
	}
	m, err := model.Values(a)
	if err != nil {
		t.Fatal(err)
	}
	before := m
	m.Add(b)
	if p, ok := m.Primary(); !ok || p.Value != "b" || m.Valid() != nil || m.Len() != 2 {
		t.Errorf("%+v", m)
	}
	if p, _ := before.Primary(); p.Value != "a" || before.Len() != 1 {
		t.Error("a copy changed")
	}
	m.Replace(func(model.Entry[string]) bool { return true }, func(e model.Entry[string]) model.Entry[string] { e.Primary = true; return e })
	if m.Valid() != nil {
		t.Errorf("%+v", m)
	}
	for text, ok := range map[string]bool{
		`[{"value":"a","primary":true},{"value":"b"}]`: true, `null`: true, `[]`: true,
		`[{"value":"a","primary":true},{"value":"b","primary":true}]`: false, `["a"]`: false, `5`: false, `{`: false,
	} {
		var read model.MultiValued[string]
		if err := json.Unmarshal([]byte(text), &read); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		} else if err == nil {
			if out, err := json.Marshal(read); err != nil || text != "[]" && string(out) != text {
				t.Errorf("%s: %s %v", text, out, err)
			}
		}
	}
	var mails model.MultiValued[model.Email]
	if err := json.Unmarshal([]byte(`[{"value":"n/a"}]`), &mails); err == nil || !mails.IsZero() {
		t.Error(err)
	}
	if one := model.One("a", model.Home); one.Len() != 1 || one.Valid() != nil {
		t.Error(one)
	}
}

// TestComplex: address, meta and member refuse alone what is not valid, both ways.
func TestComplex(t *testing.T) {
	t.Parallel()
	var a model.Address
	if err := json.Unmarshal([]byte(`{"country":"Atlantis"}`), &a); err == nil || a != (model.Address{}) {
		t.Error(a, err)
	}
	if err := json.Unmarshal([]byte(`{"locality":"Bonn","country":"de"}`), &a); err != nil {
		t.Error(err)
	}
	if out, err := json.Marshal(a); err != nil || string(out) != `{"locality":"Bonn","country":"de"}` {
		t.Errorf("%s %v", out, err)
	}
	var m model.Member
	for _, bad := range []string{`{}`, `{"value":""}`, `{"value":"1","$ref":"a b"}`, `{"value":1}`, `[]`, `"1"`} {
		if err := json.Unmarshal([]byte(bad), &m); err == nil || m != (model.Member{}) {
			t.Error(bad, m)
		}
	}
	if _, err := json.Marshal(m); err == nil {
		t.Error("a member without an id has JSON")
	}
	if err := json.Unmarshal([]byte(`{"value":"1","type":"User"}`), &m); err != nil {
		t.Error(err)
	}
	if out, err := json.Marshal(m); err != nil || string(out) != `{"value":"1","type":"User"}` {
		t.Errorf("%s %v", out, err)
	}
	var meta model.Meta
	if err := json.Unmarshal([]byte(`{"location":"a b"}`), &meta); err == nil {
		t.Error(meta)
	}
	const full = `{"resourceType":"User","created":"2026-01-31T09:00:00.000Z","location":"https://x/1","version":"W/\"1\""}`
	if err := json.Unmarshal([]byte(full), &meta); err != nil {
		t.Error(err)
	}
	if out, err := json.Marshal(meta); err != nil || string(out) != full {
		t.Errorf("%s %v", out, err)
	}
}

// TestGroup: members are edges, and are in what a client sees.
func TestGroup(t *testing.T) {
	t.Parallel()
	const document = `{"schemas":["` + schema.URNGroup + `"],"displayName":"G"}`
	g, err := model.Decode[model.Group](&scim.Resource{Type: "Group", ID: "g", Document: []byte(document)})
	if err != nil || g.DisplayName != "G" || g.Members != nil {
		t.Error(g, err)
	}
	g.Members = model.Members([]scim.Member{{ID: "1", Type: "User", Display: "Ann"}})
	r, err := model.Encode(g)
	if err != nil || string(r.Document) != document {
		t.Errorf("%s %v", r.Document, err)
	}
	out, err := json.Marshal(g)
	if err != nil || !strings.Contains(string(out), `"members":[{"value":"1","type":"User","display":"Ann"}]`) {
		t.Errorf("%s %v", out, err)
	}
	if _, err := model.Decode[model.User](&scim.Resource{Type: "Group", Document: []byte(document)}); err == nil || !strings.Contains(err.Error(), "Group") {
		t.Error(err)
	}
}

// TestNoTimezones: without a database every name of the form is accepted.
func TestNoTimezones(t *testing.T) {
	t.Parallel()
	none := func(string) (*time.Location, error) { return nil, fmt.Errorf("unknown") }
	if err := model.Known("Europe/Atlantis", none); err != nil {
		t.Error(err)
	}
	if err := model.Known("Europe/Atlantis", time.LoadLocation); err == nil {
		t.Error("a database does not have it")
	}
}
