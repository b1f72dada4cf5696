package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// lists is what the tests of elements start with: cards have an immutable part besides their value,
// passes are their immutable value.
const lists = `{"cards":[{"value":"c1","type":"door","chip":"x1"},{"value":"c2","chip":"x2"},{"value":"c3"}],` +
	`"passes":[{"value":"p1","gate":"g1","memo":"m"},{"value":"p2","type":"day"}]}`

// TestImmutableElements: an immutable value is lost with no element, whatever a PATCH writes; an
// element whose value is immutable is added and removed as a whole (A-28, T-14).
func TestImmutableElements(t *testing.T) {
	t.Parallel()
	const cards, passes = urnBadge + ":cards", urnBadge + ":passes"
	for _, strict := range []bool{false, true} {
		for name, c := range map[string]struct {
			ops string // of a PATCH, without the brackets
			ok  bool
			has string // in the cards and passes afterwards
			not string
		}{
			"remove":                         {ops: remove(cards + `[value eq \"c1\"]`)},
			"remove by what is immutable":    {ops: remove(cards + `[chip eq \"x2\"]`)},
			"remove by the value alone":      {ops: remove(cards + `[value eq \"c1\"].value`)},
			"remove the part":                {ops: remove(cards + `[value eq \"c1\"].chip`)},
			"remove all":                     {ops: remove(cards)},
			"remove with a value":            {ops: `{"op":"remove","path":"` + cards + `","value":[{"value":"c2"}]}`},
			"replace by nothing":             {ops: replace(cards, `[]`)},
			"replace by others":              {ops: replace(cards, `[{"value":"c9","chip":"x9"}]`)},
			"replace without the part":       {ops: replace(cards, `[{"value":"c1","type":"door"},{"value":"c2","chip":"x2"}]`)},
			"replace the part":               {ops: replace(cards+`[value eq \"c1\"].chip`, `"x9"`)},
			"replace an element":             {ops: replace(cards+`[value eq \"c1\"]`, `{"value":"c1","chip":"x9"}`)},
			"swap":                           {ops: replace(cards, `[{"value":"c1","type":"door","chip":"x2"},{"value":"c2","chip":"x1"}]`)},
			"make two equal":                 {ops: replace(cards+`[value eq \"c2\"]`, `{"value":"c1","type":"door","chip":"x2"}`)},
			"remove the extension":           {ops: remove(urnBadge)},
			"remove, then add":               {ops: remove(cards+`[value eq \"c1\"]`) + `,` + add(cards, `[{"value":"c1","type":"door","chip":"x9"}]`)},
			"add another part":               {ops: add(cards, `[{"value":"c1","type":"door","chip":"x9"}]`)},
			"a gate":                         {ops: replace(passes+`[value eq \"p1\"].gate`, `"g9"`)},
			"a pass in another list":         {ops: replace(passes, `[{"value":"p1","gate":"g9"}]`)},
			"another order":                  {ops: replace(cards, `[{"value":"c3"},{"value":"c2","chip":"x2"},{"value":"c1","type":"door","chip":"x1"}]`), ok: true, has: `"chip":"x1"`},
			"another value of the same chip": {ops: replace(cards+`[value eq \"c1\"].value`, `"c5"`), ok: true, has: `"value":"c5"`, not: `"value":"c1"`},
			"remove an element without":      {ops: remove(cards + `[value eq \"c3\"]`), ok: true, has: `"value":"c2"`, not: `"value":"c3"`},
			"first value":                    {ops: replace(cards+`[value eq \"c3\"].chip`, `"x3"`), ok: true, has: `"chip":"x3"`},
			"remove a pass":                  {ops: remove(passes + `[value eq \"p1\"]`), ok: true, has: `"value":"p2"`, not: `"value":"p1"`},
			"other passes":                   {ops: replace(passes, `[{"value":"p7","gate":"g7"}]`), ok: true, has: `"value":"p7"`, not: `"value":"p1"`},
			"no passes":                      {ops: remove(passes), ok: true, has: `"value":"c1"`, not: `"value":"p1"`},
		} {
			w := badge(t, scim.TenantConfig{Strict: strict})
			id := w.create("User", "%s", user("u", lists)).ID
			before := w.stored(id)
			_, err := w.patch("User", id, `[`+c.ops+`]`)
			got := w.stored(id)
			switch {
			case !c.ok && (err == nil || scim.AsError(err).ScimType != scim.Mutability || got != before):
				t.Errorf("strict %t, %s: %v %s", strict, name, err, got)
			case c.ok && (err != nil || !strings.Contains(got, c.has) || c.not != "" && strings.Contains(got, c.not)):
				t.Errorf("strict %t, %s: %v %s", strict, name, err, got)
			}
		}
	}
}

func remove(path string) string { return `{"op":"remove","path":"` + path + `"}` }

func replace(path, value string) string {
	return `{"op":"replace","path":"` + path + `","value":` + value + `}`
}

func add(path, value string) string {
	return `{"op":"add","path":"` + path + `","value":` + value + `}`
}

// TestImmutableElementsOfPut: a PUT that leaves an element with an immutable value out keeps it, and
// says so; one that gives it another value and repeats the immutable one changes it.
func TestImmutableElementsOfPut(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		for ext, want := range map[string]struct {
			has  []string
			not  string
			note bool
		}{
			`{"cards":[{"value":"c2","chip":"x2"}]}`:                                            {has: []string{"c1", "x1", "c2", "x2"}, not: "c3", note: true},
			`{"cards":[],"passes":[]}`:                                                          {has: []string{"c1", "x1", "c2", "x2"}, not: "p1", note: true},
			`{"cards":null}`:                                                                    {has: []string{"c1", "x1", "c2", "x2"}, not: "c3", note: true},
			`{"cards":[{"value":"c7","chip":"x1"},{"value":"c2"}]}`:                             {has: []string{"c7", "x1", "c2", "x2"}, not: "c1"},
			`{"cards":[{"value":"c1","type":"door"},{"value":"c2"},{"value":"c8"}]}`:            {has: []string{"x1", "x2", "c8"}, not: "c3"},
			`{"passes":[{"value":"p1"}],"cards":[{"value":"c1","type":"door"},{"value":"c2"}]}`: {has: []string{"p1", "g1"}, not: "p2"},
		} {
			w := badge(t, scim.TenantConfig{Strict: strict})
			id := w.create("User", "%s", user("u", lists)).ID
			res, err := w.put("User", id, user("u", ext))
			if err != nil {
				t.Fatalf("strict %t, %s: %v", strict, ext, err)
			}
			got := w.stored(id)
			for _, s := range want.has {
				if !strings.Contains(got, fmt.Sprintf("%q", s)) {
					t.Errorf("strict %t, %s: %s", strict, ext, got)
				}
			}
			if strings.Contains(got, fmt.Sprintf("%q", want.not)) || want.note != strings.Contains(fmt.Sprint(res.Notes), "an element with an immutable value") {
				t.Errorf("strict %t, %s: %s %q", strict, ext, got, res.Notes)
			}
			again, err := w.put("User", id, user("u", ext))
			if err != nil || again.Changed {
				t.Errorf("strict %t, %s: repeated, it changes something: %v", strict, ext, err)
			}
		}
		w := badge(t, scim.TenantConfig{Strict: strict})
		id := w.create("User", "%s", user("u", lists)).ID
		for _, ext := range []string{`{"cards":[{"value":"c2","chip":"x1"}]}`, `{"passes":[{"value":"p1","gate":"g2"}]}`} {
			if _, err := w.put("User", id, user("u", ext)); err == nil || scim.AsError(err).ScimType != scim.Mutability {
				t.Errorf("strict %t, %s: %v", strict, ext, err)
			}
		}
	}
}
