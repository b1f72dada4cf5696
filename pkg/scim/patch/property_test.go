package patch_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const seed = 12

// rounds is the number of operations that a property test generates.
func rounds() int {
	if os.Getenv("SCIMSTACK_LARGE") != "" {
		return 100_000
	}
	return racing.Size(1_500, 5_000)
}

// TestNoSilentOperation: over generated operations, in both modes: an operation changes something,
// leaves a note, finds its end state, or fails; a failed one changes nothing; no two elements are
// equal; immutable values stay; a user that is inactive stays so unless an operation says true;
// and strict mode never changes more than tolerant mode does. (T-18, T-20, T-27, A-48)
func TestNoSilentOperation(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d, %d operations", seed, rounds())
	rt := badgeUser()
	for i := range rounds() {
		g := generator{rand.New(rand.NewPCG(seed, uint64(i)))}
		doc := g.document(rt)
		in := g.intent(rt)
		op, held := g.operation(in), in.held(doc)
		if g.IntN(12) == 0 {
			op, held, in = g.odd(), false, intent{}
			if op["op"] == "remove" && doc[badge] == nil && strings.Contains(fmt.Sprint(op), badge) {
				held = true
			}
		}
		c := check{rt: rt, op: op, in: in, before: doc}
		tolerant, strict := c.run(false), c.run(true)
		if tolerant != nil && !tolerant.Changed && len(tolerant.Notes) == 0 && !held {
			c.fault("silent")
		}
		if tolerant != nil && strict != nil {
			c.compare(strict, tolerant)
		}
		if len(c.faults) > 0 {
			text, _ := json.Marshal(op)
			have, _ := json.Marshal(doc)
			t.Fatalf("round %d: %s on\n%s\n%s", i, text, have, strings.Join(c.faults, "\n"))
		}
	}
}

// check is one operation on one document.
type check struct {
	rt     *schema.ResourceType
	op     map[string]any
	in     intent // zero for an odd operation
	before map[string]any
	faults []string
}

func (c *check) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// run applies the operation in one mode, and checks what holds in both. It is nil if the operation
// fails.
func (c *check) run(strict bool) *patch.Result {
	was := string(c.rt.AppendDocument(nil, c.before))
	req, err := patch.Parse(c.rt, body(c.op), patch.Options{Strict: strict})
	if err != nil {
		return nil
	}
	res, err := req.Apply(c.before)
	if is := string(c.rt.AppendDocument(nil, c.before)); is != was {
		c.fault("the document was changed: %s", is)
	}
	if err != nil {
		return nil
	}
	c.lists("", res.Doc, c.rt.Schema.Attributes)
	for _, e := range c.rt.Extensions {
		ext, _ := res.Doc[e.Schema.ID].(map[string]any)
		c.lists(e.Schema.ID, ext, e.Schema.Attributes)
	}
	c.immutable(res)
	c.scope(res)
	text := fmt.Sprint(c.op)
	if !strict && c.before["active"] == false && res.Doc["active"] != false && !strings.Contains(strings.ToLower(text), "true") {
		c.fault("a leaver has active %v", res.Doc["active"])
	}
	return res
}

// lists checks that no list has two elements with one identity, or two primary ones.
func (c *check) lists(where string, level map[string]any, attrs []*schema.Attribute) {
	for _, a := range attrs {
		if m, ok := level[a.Name].(map[string]any); ok {
			c.lists(where+"."+a.Name, m, a.SubAttributes)
		}
		list, _ := level[a.Name].([]any)
		seen := map[[2]string]bool{}
		primaries := 0
		for _, e := range list {
			m, _ := e.(map[string]any)
			c.lists(where+"."+a.Name, m, a.SubAttributes)
			if m["primary"] == true {
				primaries++
			}
			key, ok := a.Identity(e)
			if ok && seen[key] {
				c.fault("%s.%s has %v twice", where, a.Name, key)
			}
			seen[key] = true
		}
		if primaries > 1 {
			c.fault("%s.%s has %d primary elements", where, a.Name, primaries)
		}
	}
}

func (c *check) immutable(res *patch.Result) {
	was, _ := c.before[badge].(map[string]any)
	is, _ := res.Doc[badge].(map[string]any)
	d, _ := was["device"].(map[string]any)
	e, _ := is["device"].(map[string]any)
	if was["fixed"] != nil && was["fixed"] != is["fixed"] || d["lock"] != nil && d["lock"] != e["lock"] {
		c.fault("an immutable value became %v", is)
	}
}

// scope checks that an operation changes no other attribute than its own, that an add loses no
// element, and that a remove with a value takes only what the value names.
func (c *check) scope(res *patch.Result) {
	in := c.in
	if in.attr == nil {
		return
	}
	mine := in.urn + "." + in.attr.Name
	for k, v := range places(c.before) {
		if k != mine && !schema.Equal(v, places(res.Doc)[k]) {
			c.fault("%s became %v", k, places(res.Doc)[k])
		}
	}
	before, after := at(c.before, in.place), at(res.Doc, in.place)
	list, isList := before.([]any)
	is, _ := after.([]any)
	for _, e := range list {
		lost := !slices.ContainsFunc(is, func(x any) bool { return sameValue(x, e) })
		switch {
		case !isList || !lost || in.where != "" && (in.kind != "remove" || in.after != nil):
		case in.kind == "add", in.kind == "remove" && in.value != nil && !namesValue(in.value, e):
			c.fault("%s loses %v", mine, e)
		}
	}
	if s, ok := in.value.(string); ok && s != "" && in.kind == "remove" && in.where == "" && !isList && before != nil && after == nil && !holds(before, s) {
		if m, _ := before.(map[string]any); !holds(m["value"], s) {
			c.fault("%s loses %v", mine, before)
		}
	}
}

// places lists the attributes of a document, those of extensions with their URN.
func places(doc map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range doc {
		ext, ok := v.(map[string]any)
		switch {
		case k == "schemas":
		case ok && schema.IsURN(k):
			for name, v := range ext {
				out[k+"."+name] = v
			}
		default:
			out["."+k] = v
		}
	}
	return out
}

// sameValue compares two elements by their value, or as a whole but for primary, which moves.
func sameValue(x, e any) bool {
	m, ok := e.(map[string]any)
	if ok && m["value"] != nil {
		n, _ := x.(map[string]any)
		return holds(n["value"], m["value"])
	}
	if m = maps.Clone(m); ok {
		delete(m, "primary")
		return holds(x, m)
	}
	return holds(x, e)
}

// namesValue reports whether a value or one of a list names an element.
func namesValue(value, e any) bool {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	return slices.ContainsFunc(list, func(w any) bool {
		if m, ok := w.(map[string]any); ok && m["value"] == nil {
			return holds(e, w)
		}
		return sameValue(e, w)
	})
}

// compare checks that strict mode loses and makes no value that tolerant mode keeps or does not
// make. Left out are the values that a replace of a whole complex value replaces in strict mode
// (AM-06), and the attributes that only tolerant mode keeps.
func (c *check) compare(strict, tolerant *patch.Result) {
	in := c.in
	if in.attr != nil && c.op["op"] == "replace" && in.after == nil && in.attr.Type == schema.Complex && in.sub == nil {
		return
	}
	if text, _ := json.Marshal(c.op); strings.Contains(string(text), `""`) {
		return // in strict mode "" is a value
	}
	before, s, t := atoms(c.before), atoms(strict.Doc), atoms(tolerant.Doc)
	for k := range before {
		kept := strings.HasPrefix(k, ".active=") || strings.HasPrefix(k, ".password=")
		if !s[k] && t[k] && !kept {
			c.fault("strict loses %s, tolerant does not", k)
		}
	}
	for k := range s {
		if !before[k] && !t[k] {
			c.fault("strict makes %s, tolerant does not", k)
		}
	}
}

// atoms lists the simple values of a document with their place; those of an element under its
// value.
func atoms(doc map[string]any) map[string]bool {
	out := map[string]bool{}
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				walk(at+"."+k, e)
			}
		case []any:
			for _, e := range v {
				m, _ := e.(map[string]any)
				walk(fmt.Sprintf("%s[%v]", at, m["value"]), e)
			}
		default:
			out[fmt.Sprintf("%s=%v", at, v)] = true
		}
	}
	walk("", doc)
	delete(out, ".schemas")
	return out
}

// TestOneByOne: a request does what its operations do one after the other, and nothing if one of
// them fails.
func TestOneByOne(t *testing.T) {
	t.Parallel()
	rt := badgeUser()
	for i := range rounds() / 4 {
		g := generator{rand.New(rand.NewPCG(seed+1, uint64(i)))}
		doc := g.document(rt)
		ops := make([]map[string]any, 2+g.IntN(3))
		for j := range ops {
			ops[j] = g.operation(g.intent(rt))
		}
		req, err := patch.Parse(rt, body(ops...), patch.Options{})
		if err != nil {
			continue
		}
		whole, err := req.Apply(doc)
		step := doc
		for _, one := range req.Split() {
			res, failed := one.Apply(step)
			if failed != nil {
				if err == nil {
					t.Fatalf("round %d: an operation fails alone: %v: %v", i, failed, ops)
				}
				step = nil
				break
			}
			step = res.Doc
		}
		if step != nil && (err != nil || !schema.Equal(step, whole.Doc)) {
			t.Fatalf("round %d: %v: one by one %v, at once %v %v", i, ops, step, whole, err)
		}
	}
}

// TestMemberSteps: operations act on members in their order. A PATCH does to members what its
// operations do one after the other, with filters that see members as a GET shows them.
func TestMemberSteps(t *testing.T) {
	t.Parallel()
	element := func(m patch.Member) any {
		if m.ID == "9" {
			return nil
		}
		typ := schema.TypeUser
		if m.ID > "4" {
			typ = schema.TypeGroup
		}
		return map[string]any{"value": m.ID, "type": typ, "display": "d" + m.ID, "$ref": "https://sp.example/scim/v2/" + typ + "s/" + m.ID}
	}
	for i := range rounds() / 2 {
		g := generator{rand.New(rand.NewPCG(seed+2, uint64(i)))}
		var start []patch.Member
		for id := '1'; id <= '8'; id++ {
			if g.IntN(2) == 0 {
				start = append(start, patch.Member{ID: string(id)})
			}
		}
		ops := make([]map[string]any, 1+g.IntN(4))
		for j := range ops {
			ops[j] = g.memberOperation()
		}
		req, err := patch.Parse(schema.GroupType(), body(ops...), patch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(ops)
		whole, err := req.Apply(map[string]any{"displayName": "g"})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		now := start
		for j, one := range req.Split() {
			res, err := one.Apply(map[string]any{"displayName": "g"})
			if err != nil {
				t.Fatal(err)
			}
			next := netOf(res.Members, now, element)
			if want := model(ops[j], now, element); !slices.Equal(ids(next), want) {
				t.Fatalf("round %d: %v on %v: %v, want %v", i, ops[j], ids(now), ids(next), want)
			}
			now = next
		}
		if got := netOf(whole.Members, start, element); !slices.Equal(ids(got), ids(now)) {
			t.Fatalf("round %d: %s on %v: %v, one by one %v", i, text, ids(start), ids(got), ids(now))
		}
	}
}

// memberOperation is an operation on members of a group.
func (g generator) memberOperation() map[string]any {
	list := make([]any, 1+g.IntN(3))
	for i := range list {
		list[i] = map[string]any{"value": g.one("1", "2", "3", "5", "6", "9")}
	}
	if g.IntN(6) == 0 {
		list = append(list, nil, map[string]any{})
	}
	switch g.IntN(6) {
	case 0:
		return map[string]any{"op": "add", "path": "members", "value": list}
	case 1:
		return map[string]any{"op": "add", "value": map[string]any{"members": list}}
	case 2:
		return map[string]any{"op": "remove", "path": "members", "value": list}
	case 3:
		return map[string]any{"op": "replace", "path": "members", "value": list}
	}
	id := g.one("1", "2", "3", "5", "6")
	f := g.one(`value eq "`+id+`"`, `display eq "d`+id+`"`, `$ref ew "`+id+`"`, `type eq "User"`, `type eq "Group"`, `not ($ref pr)`, `display pr`, `value eq "1" or value eq "5"`, `value eq "`+id+`" and value eq "2"`, `value eq "`+id+`" and type eq "User"`)
	op := map[string]any{"op": "remove", "path": "members[" + f + "]"}
	if g.IntN(2) == 0 {
		op["path"] = op["path"].(string) + ".value"
	}
	return op
}

// model is what one operation does to members, by ids.
func model(op map[string]any, now []patch.Member, element func(patch.Member) any) []string {
	in := map[string]bool{}
	for _, m := range now {
		in[m.ID] = true
	}
	v := op["value"]
	if m, ok := v.(map[string]any); ok {
		v = m["members"]
	}
	list, _ := v.([]any)
	path, _ := op["path"].(string)
	switch {
	case op["op"] == "replace":
		clear(in)
	case strings.Contains(path, "["):
		f := strings.TrimSuffix(path, ".value")
		for _, m := range now {
			e := element(m).(map[string]any)
			if selected(f[len("members["):len(f)-1], e) {
				delete(in, m.ID)
			}
		}
	}
	for _, e := range list {
		if m, _ := e.(map[string]any); m["value"] != nil {
			if id := m["value"].(string); op["op"] == "remove" {
				delete(in, id)
			} else if id != "9" {
				in[id] = true
			}
		}
	}
	var out []string
	for id := range in {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// selected evaluates the few filters of memberOperation.
func selected(f string, e map[string]any) bool {
	value, _ := e["value"].(string)
	if left, right, and := strings.Cut(f, " and "); and {
		return selected(left, e) && selected(right, e)
	}
	name, rest, _ := strings.Cut(f, " ")
	_, want, _ := strings.Cut(rest, " ")
	want = strings.Trim(want, `"`)
	switch {
	case strings.Contains(f, " or "):
		return value == "1" || value == "5"
	case strings.HasPrefix(f, "not"):
		return false
	case name == "$ref":
		return value == want
	case rest == "pr":
		return true
	}
	return e[name] == want
}

func netOf(m patch.Members, present []patch.Member, element func(patch.Member) any) []patch.Member {
	add, remove, err := m.Net(present, element)
	if err != nil {
		panic(err)
	}
	if a, r, ok := m.ByID(); ok { // the same change, without a look at the members
		for _, x := range add {
			if !slices.Contains(a, x) {
				panic("ByID does not add " + x.ID)
			}
		}
		for _, id := range remove {
			if !slices.Contains(r, id) {
				panic("ByID does not remove " + id)
			}
		}
	}
	out := slices.DeleteFunc(slices.Clone(present), func(m patch.Member) bool { return slices.Contains(remove, m.ID) })
	return append(out, add...)
}

func ids(list []patch.Member) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.ID)
	}
	slices.Sort(out)
	return out
}
