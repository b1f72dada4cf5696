package tenant_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// fill sets every field of a struct to something that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		f := v.Field(i)
		switch x := f.Addr().Interface().(type) {
		case *time.Duration:
			*x = time.Duration(i+1) * time.Second
		case *string:
			*x = "x"
		case *bool:
			*x = true
		case *int:
			*x = i + 1
		case *int64:
			*x = int64(i + 1)
		case *[32]byte:
			x[3] = 9
		case *scim.TenantID:
			*x = id(t, "acme")
		case *scim.Scope:
			*x = scim.Read
		case *time.Time:
			*x = time.UnixMilli(1767323045000 + int64(i)).UTC()
		case *tenant.Method:
			*x = tenant.Issued
		case *tenant.Mode:
			*x = tenant.Strict
		case *[]string:
			*x = []string{"a", "b"}
		case *json.RawMessage:
			*x = json.RawMessage(`{"keys":[]}`)
		case *[]tenant.Secret:
			*x = make([]tenant.Secret, 1)
			fill(t, reflect.ValueOf(x).Elem().Index(0))
		case *scim.Limits, *tenant.Connection:
			fill(t, f)
		case *map[string]schema.Rule:
			*x = map[string]schema.Rule{"userName": schema.RuleNote, schema.URNUser + ":emails.value": schema.RuleDefault}
		case *map[string]json.RawMessage:
			*x = map[string]json.RawMessage{"new": json.RawMessage(`1`)}
		case *[]*schema.ResourceType:
			*x = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
		case *scim.Indexes:
			*x = scim.Indexes{}
		case *[]tenant.Pending:
			*x = make([]tenant.Pending, 1)
		default:
			t.Fatalf("%s has a type that this test does not know", v.Type().Field(i).Name)
		}
	}
}

// TestDocumentsAreWhole: every field of Settings and of Client is in its document, except for those that
// are named here. A new field that is left out fails.
func TestDocumentsAreWhole(t *testing.T) {
	t.Parallel()
	var s tenant.Settings
	fill(t, reflect.ValueOf(&s).Elem())
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	got, err := tenant.ParseDocument(s.ID, doc)
	if err != nil {
		t.Fatal(err)
	}
	sameFields(t, got, s, "Version", "CursorKey", "Indexes", "Pending", "Types") // Types: built in; others below

	var c tenant.Client
	fill(t, reflect.ValueOf(&c).Elem())
	if doc, err = c.Document(); err != nil {
		t.Fatal(err)
	}
	client, err := tenant.ParseClient(c.ID, doc)
	if err != nil {
		t.Fatal(err)
	}
	sameFields(t, client, c, "Used", "Version")
}

func sameFields(t *testing.T, got, want any, but ...string) {
	t.Helper()
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range w.NumField() {
		name := w.Type().Field(i).Name
		if slices.Contains(but, name) {
			continue
		}
		if !reflect.DeepEqual(g.Field(i).Interface(), w.Field(i).Interface()) {
			t.Errorf("%s is %v, want %v", name, g.Field(i).Interface(), w.Field(i).Interface())
		}
	}
}

// TestUnknownMembersAreKept: what a later build has written survives a change by this one, at every depth,
// and what this build knows wins.
func TestUnknownMembersAreKept(t *testing.T) {
	t.Parallel()
	s, err := tenant.ParseDocument(id(t, "acme"), []byte(`{"idp":"okta","Strict":true,"later":{"a":[1,2]},"limits":{"MaxResults":7,"MaxLater":3}}`))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Strict || s.Limits.MaxResults != 7 || len(s.Unknown) != 2 {
		t.Fatalf("%+v", s)
	}
	s.Strict, s.IdP, s.Limits.MaxResults = false, "entra", 8
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"later":{"a":[1,2]}`, `"MaxLater":3`, `"MaxResults":8`, `"idp":"entra"`} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("%s has no %s", doc, want)
		}
	}
	again, err := tenant.ParseDocument(s.ID, doc)
	if err != nil || again.Strict || !reflect.DeepEqual(again.Unknown, s.Unknown) {
		t.Errorf("%+v %v", again, err)
	}
	s.Limits = scim.Limits{}
	if doc, err = s.Document(); err != nil || !strings.Contains(string(doc), `"limits":{"MaxLater":3}`) {
		t.Errorf("%s %v", doc, err)
	}
}

// TestPauseOfAnOlderBuild: a build that does not know RetryAfter keeps it as an unknown member. It is of the pause that it was
// made for, and of no later one; a time beyond the bounds of this build is the longest.
func TestPauseOfAnOlderBuild(t *testing.T) {
	t.Parallel()
	doc, err := tenant.Settings{ID: id(t, "acme"), Paused: "moving", RetryAfter: time.Minute}.Document()
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := (tenant.Settings{ID: id(t, "acme"), Paused: "moving"}).Document(); err != nil || string(plain) != `{"paused":"moving"}` {
		t.Errorf("a pause without it is not stored as before: %s %v", plain, err)
	}
	var old map[string]any
	if err := json.Unmarshal(doc, &old); err != nil || old["paused"] != "moving" {
		t.Fatalf("an older build does not see the pause: %s %v", doc, err)
	}
	for paused, want := range map[any]time.Duration{"moving": time.Minute, "mass deactivation": 0, "": 0, nil: 0} {
		old["paused"] = paused
		if paused == nil {
			delete(old, "paused")
		}
		data, err := json.Marshal(old)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := tenant.ParseDocument(id(t, "acme"), data); err != nil || s.RetryAfter != want || len(s.Unknown) > 0 {
			t.Errorf("%s: %s %v, want %s", data, s.RetryAfter, err, want)
		}
	}
	later := `{"paused":"moving","retryAfter":{"paused":"moving","seconds":9223372036854775807,"jitter":3}}`
	s, err := tenant.ParseDocument(id(t, "acme"), []byte(later))
	if err != nil || s.RetryAfter != tenant.MaxRetryAfter {
		t.Errorf("%s %v", s.RetryAfter, err)
	}
	if _, err := s.Tenant(); err != nil {
		t.Error(err)
	}
}

// TestRules: rules and value types reach the attributes of the tenant's types; a rule of no attribute is
// refused, one without an effect is named.
func TestRules(t *testing.T) {
	t.Parallel()
	kind := schema.NewKind("badge", func(s string) (string, error) { return s, nil })
	kinds := map[string]*schema.Kind{"userName": kind, schema.URNGroup + ":displayName": kind, "urn:example:none:x": kind}
	s := tenant.Settings{ID: id(t, "acme"), Rules: map[string]schema.Rule{"userName": schema.RuleRefuse, schema.URNUser + ":nickName": schema.RuleNote}}
	with, err := s.TenantFor(tenant.Connection{}, kinds)
	if err != nil {
		t.Fatal(err)
	}
	users, groups := with.Types.List[0], with.Types.List[1]
	if a := users.Schema.Attribute("userName"); a.Kind != kind || a.Rule != schema.RuleRefuse {
		t.Errorf("userName: %v %v", a.Kind, a.Rule)
	}
	if groups.Schema.Attribute("displayName").Kind != kind || users.Schema.Attribute("displayName").Kind != nil {
		t.Error("a value type with a URN is for that schema")
	}
	if schema.UserType().Schema.Attribute("userName").Kind != nil {
		t.Error("the built-in type has changed")
	}
	if idle := s.IdleRules(kinds); !slices.Equal(idle, []string{schema.URNUser + ":nickName"}) {
		t.Errorf("idle: %v", idle)
	}
	if idle := s.IdleRules(nil); len(idle) != 2 {
		t.Errorf("idle without value types: %v", idle)
	}
	s.Rules["absent"] = schema.RuleOff
	if _, err := s.Tenant(); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("a rule of no attribute: %v", err)
	}
}
