package dynamotest

import (
	"strings"
	"testing"
)

// An expression that parses once parses again and can be evaluated, and no input panics.
func FuzzExpressions(f *testing.F) {
	for _, s := range []string{
		"a = :v", "attribute_not_exists(#n.b[2]) AND NOT (a < :v OR size(b) BETWEEN :v AND :w)", "a IN (:v, :w)",
		"SET a = if_not_exists(a, :v) + :w, b[1] = list_append(b, :v) REMOVE c ADD d :w DELETE e :s", "REMOVE a[0], a[1]",
		"pk = :v AND begins_with(sk, :v)", "a, b[1].c, #n", "((a = :v))", "status = :v", "contains(a, :v) OR", "[", "a..b", "#", ":",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		env := func() *exprEnv {
			return newEnv(map[string]string{"#n": "n"}, map[string]value{":v": stringValue("x"), ":w": numberValue(number{digits: "1", exp: 1}),
				":s": newSet("SS", []string{"x"})})
		}
		it := item{"a": stringValue("x"), "b": {t: "L", list: []value{stringValue("y"), {t: "M", m: item{"c": stringValue("z")}}}}}
		if c, err := parseCondition("ConditionExpression", &s, env()); err == nil {
			if (not{c}).holds(it) == c.holds(it) {
				t.Error("a condition and its opposite agree")
			}
			c.holds(nil)
		}
		if u, err := parseUpdate(&s, env()); err == nil {
			before := string(it.appendJSON(nil))
			_, _ = u.apply(it)
			if string(it.appendJSON(nil)) != before {
				t.Error("an update changed the old item")
			}
		}
		if p, _, err := parseProjection(&s, env()); err == nil {
			for k := range p.of(it) {
				if _, ok := it[k]; !ok {
					t.Errorf("a projection made %q", k)
				}
			}
		}
		keys := keySchema{keyAttr{"pk", "S"}, keyAttr{"sk", "S"}}
		if r, err := parseKeyCondition(&s, keys, env()); err == nil && r.partition.t != "S" {
			t.Errorf("partition %v of %q", r.partition, s)
		}
	})
}

// A valid number is returned in a form with the same value, and sorts by value.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-0", "1.50e-3", "99999999999999999999999999999999999999", "1e125", "-1e-130", "+7", "1e", ".5", "5."} {
		f.Add(s, "1")
	}
	f.Fuzz(func(t *testing.T, s, o string) {
		n, err := parseNumber(s)
		m, err2 := parseNumber(o)
		if err != nil || err2 != nil {
			return
		}
		if again, err := parseNumber(n.String()); err != nil || again != n {
			t.Fatalf("%q came back as %q: %v", s, n, err)
		}
		diff, err := n.add(m, true)
		if err != nil {
			return // beyond 38 digits
		}
		want := 1
		if diff.digits == "" {
			want = 0
		} else if diff.neg {
			want = -1
		}
		if got := strings.Compare(n.order(), m.order()); got != want {
			t.Fatalf("%s against %s: order says %d, their difference is %s", n, m, got, diff)
		}
	})
}
