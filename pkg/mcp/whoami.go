package mcp

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

type noArguments struct{}

// identity is the answer of whoami.
type identity struct {
	Tenant  string   `json:"tenant"`
	Key     string   `json:"key" jsonschema:"key id of the token, not the token itself"`
	Agent   string   `json:"agent" jsonschema:"name that the client reports; the activity log records it with every call"`
	Scopes  []string `json:"scopes"`
	Mode    string   `json:"mode" jsonschema:"how SCIM requests are read: tolerant or strict"`
	IdP     string   `json:"identityProvider,omitempty"`
	BaseURL string   `json:"baseUrl" jsonschema:"SCIM base URL of the tenant"`
	Types   []string `json:"resourceTypes"`

	CanChange bool   `json:"canChange" jsonschema:"whether this token may use plan_change and apply_plan"`
	ReadOnly  string `json:"readOnlyBecause,omitempty"`

	MaxPlanResources int  `json:"maxPlanResources" jsonschema:"resources that one plan may affect"`
	PlanMinutes      int  `json:"planMinutes" jsonschema:"minutes during which a plan can be applied"`
	CallsPerMinute   int  `json:"callsPerMinute"`
	AsksUser         bool `json:"asksUser" jsonschema:"whether the client can ask its user; apply_plan then asks for confirmation"`
}

func defineIdentity(ts *toolset) {
	define(ts, tool{
		name: "whoami", title: "Who am I", access: reads,
		about: "Returns the tenant of the credential, what it may do, and the limits. Call it first.",
	}, func(_ context.Context, c *call, _ noArguments) (*identity, error) {
		t := c.Tenant
		who := &identity{
			Tenant: t.ID.String(), Key: c.Principal.Subject, Agent: c.agent, Scopes: scopeNames(c.Principal.Scopes),
			Mode: "tolerant", IdP: t.IdP, BaseURL: c.o.PublicBase + "/" + t.ID.String(), Types: []string{},
			MaxPlanResources: c.o.MaxResources, PlanMinutes: int(planLife.Minutes()), CallsPerMinute: c.o.CallsPerMinute,
			AsksUser: c.asksUser(),
		}
		if t.Strict {
			who.Mode = "strict"
		}
		for _, rt := range t.Types.List {
			who.Types = append(who.Types, rt.Name)
		}
		if err := c.mayChange(); err != nil {
			who.ReadOnly = failureOf(err).Detail
		}
		who.CanChange = who.ReadOnly == ""
		return who, nil
	})
}

// scopeNames are the names of the scopes of a token.
func scopeNames(s scim.Scope) []string {
	names := []string{}
	for _, e := range []struct {
		bit  scim.Scope
		name string
	}{
		{scim.Read, "read"}, {scim.Write, "write"}, {scim.Users, "users"}, {scim.Groups, "groups"},
		{scim.Resources, "resources"}, {scim.Agent, "agent"}, {scim.Activity, "activity"}, {scim.Events, "events"},
	} {
		if s.Has(e.bit) {
			names = append(names, e.name)
		}
	}
	return names
}
