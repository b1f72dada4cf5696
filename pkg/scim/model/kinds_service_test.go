package model_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// service is a provider over an empty store, for one tenant with value types.
type service struct {
	*testing.T
	scim.Provider
	at scim.Target
}

// badgeNumber is a value type of an application: B- and digits, in capitals.
var badgeNumber = schema.NewKind("badge number", func(s string) (string, error) {
	form := strings.ToUpper(strings.TrimSpace(s))
	if digits, ok := strings.CutPrefix(form, "B-"); !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "", errors.New("is not B- and digits")
	}
	return form, nil
})

// even is a value type for numbers.
var even = schema.NewKind("even number", func(s string) (string, error) {
	if strings.HasSuffix(s, "3") {
		return "", errors.New("is odd")
	}
	return s, nil
})

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
