package schema_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// shout is a value type: letters, in capitals.
var shout = schema.NewKind("shout", func(s string) (string, error) {
	if strings.Trim(strings.ToUpper(s), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", errors.New("has other characters than letters")
	}
	return strings.ToUpper(s), nil
})

// TestWithKinds: a copy of the type has the kinds and rules, the shared one does not, and what cannot have
// one is named.
func TestWithKinds(t *testing.T) {
	t.Parallel()
	kinds := map[string]*schema.Kind{"title": shout, "emails.value": shout, schema.URNEnterpriseUser + ":department": shout, schema.URNEnterpriseUser + ":manager.value": shout}
	users, err := schema.UserType().WithKinds(kinds, map[string]schema.Rule{"title": schema.RuleRefuse, "locale": schema.RuleNote})
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range kinds {
		ref, _ := users.ResolveName(name)
		if ref.Leaf().Kind != kind {
			t.Errorf("%s has no kind", name)
		}
		if ref, _ = schema.UserType().ResolveName(name); ref.Leaf().Kind != nil {
			t.Errorf("%s of the shared type has one", name)
		}
	}
	raw, err := schema.DecodeJSON([]byte(`{"userName":"ann","locale":"??","emails":[{"value":"loud"},{"value":"n/a"}],"`+schema.URNEnterpriseUser+`":{"department":"sales","manager":{"value":"boss"}}}`), 9)
	if err != nil {
		t.Fatal(err)
	}
	doc, notes, err := users.Canonical(raw, schema.Mode{})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(users.AppendDocument(nil, doc)); !strings.Contains(got, `[{"value":"LOUD"},{"value":"n/a"}]`) || !strings.Contains(got, `{"department":"SALES","manager":{"value":"BOSS"}}`) {
		t.Error(got)
	}
	all := strings.Join(notes, "\n")
	for _, want := range []string{"emails.value is not a valid shout: it has other", "locale does not have the required format", "department: the value was stored in its canonical form"} {
		if !strings.Contains(all, want) {
			t.Errorf("no note %q in %q", want, all)
		}
	}
	raw["title"] = "n/a"
	if _, _, err := users.Canonical(raw, schema.Mode{}); err == nil || !strings.Contains(err.Error(), "title is not a valid shout") {
		t.Error(err)
	}
	for name, want := range map[string]string{
		"colour": "no attribute", "emails": "complex", "active": "boolean", "id": "common", "emails.primary": "boolean", "urn:x:y:z": "no attribute", schema.URNEnterpriseUser: "no attribute",
	} {
		if _, err := users.WithKinds(map[string]*schema.Kind{name: shout}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := users.WithKinds(nil, map[string]schema.Rule{"nickName": schema.RuleNote}); err == nil || !strings.Contains(err.Error(), "nickName") {
		t.Error(err)
	}
	if _, err := users.WithKinds(map[string]*schema.Kind{"title": {Name: "x"}}, nil); err == nil {
		t.Error("a kind without Check")
	}
}

// TestKindsOfOtherTypes: numbers keep their data type, and a canonical form that is no value of the data type
// is refused.
func TestKindsOfOtherTypes(t *testing.T) {
	t.Parallel()
	form := "5"
	to := schema.NewKind("form", func(string) (string, error) { return form, nil })
	floor := &schema.Attribute{Name: "floor", Type: schema.Integer, Kind: to}
	since := &schema.Attribute{Name: "since", Type: schema.DateTime, Kind: to}
	link := &schema.Attribute{Name: "link", Type: schema.Reference, Kind: to}
	if v, err := floor.Coerce(json.Number("7"), schema.Mode{}, "floor"); err != nil || v != json.Number("5") {
		t.Error(v, err)
	}
	for _, form = range []string{"five", "05", "", "a b"} {
		if v, err := floor.Coerce(json.Number("7"), schema.Mode{}, "floor"); form != "" && err == nil || form == "" && v != json.Number("7") {
			t.Error(form, v, err)
		}
		if v, err := since.Coerce("2026-01-31T09:00:00Z", schema.Mode{}, "since"); form != "" && err == nil {
			t.Error(form, v)
		}
	}
	if _, err := link.Coerce("https://x", schema.Mode{}, "link"); err == nil {
		t.Error("a form that is no URI")
	}
}

// TestRuleNames: ParseRule reads what String writes.
func TestRuleNames(t *testing.T) {
	t.Parallel()
	for _, r := range []schema.Rule{schema.RuleDefault, schema.RuleOff, schema.RuleNote, schema.RuleRefuse} {
		if got, err := schema.ParseRule(r.String()); err != nil || got != r {
			t.Error(r, got, err)
		}
	}
	if _, err := schema.ParseRule("loud"); err == nil {
		t.Error("loud")
	}
}

// TestNoKindNoCost: an attribute without a kind costs nothing.
func TestNoKindNoCost(t *testing.T) { //nolint:paralleltest // it counts allocations
	users := schema.UserType()
	email := map[string]any{"value": "ann@example.com", "type": "work", "primary": true}
	a := users.Schema.Attribute("emails")
	if n := testing.AllocsPerRun(100, func() {
		if _, err := a.CoerceElement(email, schema.Mode{}, "emails"); err != nil {
			t.Error(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations for an element without a kind", n)
	}
}
