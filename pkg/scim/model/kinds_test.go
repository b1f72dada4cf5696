package model_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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
