package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// mails is a list of n e-mails whose numbers begin with from.
func mails(from, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`{"value":"%d@x"}`, from+i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// numbers is a list of n strings.
func numbers(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(`"%d"`, i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// TestMaxValues: no write leaves more values in an attribute than MaxValues, except that what was
// stored under a higher limit can be written back and shrink. Members are no values. (Z-12)
func TestMaxValues(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		w := badge(t, scim.TenantConfig{Strict: strict, Limits: scim.Limits{MaxValues: 10}})
		base := `{"schemas":["` + schema.URNUser + `","` + urnBadge + `"],"userName":"u"`
		id := w.create("User", "%s", base+`,"emails":`+mails(0, 10)+`}`).ID
		refused := func(what string, attr string, err error) {
			t.Helper()
			if e := scim.AsError(err); err == nil || e.Code != scim.CodeValues || e.Status != 400 || !strings.Contains(e.Detail, attr) || !strings.Contains(e.Detail, "10") {
				t.Errorf("strict %v, %s: %v", strict, what, err)
			}
		}
		accepted := func(what string, err error) {
			t.Helper()
			if err != nil {
				t.Errorf("strict %v, %s: %v", strict, what, err)
			}
		}
		create := func(rest string) error {
			_, err := w.Create(t.Context(), w.at("User", ""), body(t, strings.Replace(base, `"u"`, `"v"`, 1)+rest+`}`), scim.Projection{})
			return err
		}
		refused("POST", "emails", create(`,"emails":`+mails(0, 11)))
		refused("POST of equal values", "emails", create(`,"emails":[`+strings.Repeat(`{"value":"a@x"},`, 10)+`{"value":"a@x"}]`))
		refused("POST of a list in an extension", "free", create(`,"`+urnBadge+`":{"free":`+numbers(11)+`}`))
		patch := func(ops string) error { _, err := w.patch("User", id, ops); return err }
		put := func(rest string) error { _, err := w.put("User", id, base+rest+`}`); return err }
		refused("PUT", "emails", put(`,"emails":`+mails(0, 11)))
		refused("the 11th by add", "emails", patch(`[{"op":"add","path":"emails","value":`+mails(10, 1)+`}]`))
		refused("the 11th by add of two", "emails", patch(`[{"op":"remove","path":"emails[value eq \"0@x\"]"},{"op":"add","path":"emails","value":`+mails(10, 2)+`}]`))
		refused("the 11th by a filter", "emails", patch(`[{"op":"add","path":"emails[value eq \"new@x\"].type","value":"work"}]`))
		refused("replace", "emails", patch(`[{"op":"replace","path":"emails","value":`+mails(0, 11)+`}]`))
		refused("many operations", "emails", patch(adds(40)))
		refused("a value in an extension", "free", patch(`[{"op":"add","path":"`+urnBadge+`:free","value":`+numbers(11)+`}]`))
		if !strict {
			refused("without a path", "emails", patch(`[{"op":"add","value":{"emails":`+mails(0, 11)+`}}]`))
		}
		accepted("an equal value", patch(`[{"op":"add","path":"emails","value":`+mails(3, 1)+`}]`))
		accepted("one for one", patch(`[{"op":"remove","path":"emails[value eq \"0@x\"]"},{"op":"add","path":"emails","value":`+mails(10, 1)+`}]`))

		w.tenant.Limits.MaxValues = 5 // as if they had been stored under a higher limit
		if got := len(w.get("User", id)["emails"].([]any)); got != 10 {
			t.Errorf("%d e-mails", got)
		}
		ten := mails(1, 10)
		accepted("PUT of what is stored", put(`,"title":"t","emails":`+ten))
		accepted("a change beside", patch(`[{"op":"replace","path":"title","value":"x"}]`))
		accepted("a change of one", patch(`[{"op":"add","path":"emails[value eq \"5@x\"].type","value":"work"}]`))
		if put(`,"emails":`+mails(1, 11)) == nil || put(`,"phoneNumbers":`+mails(1, 6)) == nil || patch(`[{"op":"add","path":"emails","value":`+mails(99, 1)+`}]`) == nil {
			t.Errorf("strict %v: it grew", strict)
		}
		accepted("it shrinks", patch(`[{"op":"remove","path":"emails[value eq \"1@x\"]"}]`))
		accepted("it shrinks by PUT", put(`,"emails":`+mails(1, 7)))
		if put(`,"emails":`+mails(1, 8)) == nil {
			t.Errorf("strict %v: it grew again", strict)
		}
		if strict {
			continue
		}
		members := memberList(w.users(12))
		group := w.create("Group", "%s", `{"schemas":["`+schema.URNGroup+`"],"displayName":"g","members":`+members+`}`).ID
		if _, err := w.patch("Group", group, `[{"op":"add","path":"members","value":`+members+`}]`); err != nil {
			t.Error(err)
		}
		if _, err := w.put("Group", group, `{"schemas":["`+schema.URNGroup+`"],"displayName":"g","members":`+members+`}`); err != nil {
			t.Error(err)
		}
	}
}

// adds are n operations that add an e-mail each.
func adds(n int) string {
	ops := make([]string, n)
	for i := range ops {
		ops[i] = fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":"new%d@x"}]}`, i)
	}
	return "[" + strings.Join(ops, ",") + "]"
}
