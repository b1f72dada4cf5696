package patch_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/patch"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// made is what a PATCH makes of a stored document.
type made struct {
	Document, Err    string
	Changed          bool
	Notes, Requested []string
	Keys             map[string][]string // of every attribute and sub-attribute
}

// whole decodes all of the document and encodes it again.
func whole(t testing.TB, rt *schema.ResourceType, req *patch.Request, text string) made {
	t.Helper()
	doc, err := schema.DecodeStored([]byte(text), 64)
	if err != nil {
		t.Fatal(err)
	}
	res, err := req.Apply(doc)
	if err != nil {
		return made{Err: err.Error()}
	}
	out := made{string(rt.AppendDocument(nil, res.Doc)), "", res.Changed, res.Notes, res.Requested, map[string][]string{}}
	for _, ref := range everyRef(rt) {
		out.Keys[ref.String()] = ref.Keys(res.Doc)
	}
	return out
}

// inPart decodes what the request looks at, with the maps that s lends.
func inPart(t testing.TB, rt *schema.ResourceType, s *schema.Stored, req *patch.Request, text string) made {
	t.Helper()
	if !s.Set(rt, []byte(text)) {
		t.Fatalf("not accepted: %s", text)
	}
	part, err := req.Part(s)
	if err != nil {
		t.Fatal(err)
	}
	res, err := req.ApplyPart(context.Background(), part, s)
	if err != nil {
		return made{Err: err.Error()}
	}
	out := made{string(s.Append(nil, res.Doc)), "", res.Changed, res.Notes, res.Requested, map[string][]string{}}
	for _, ref := range everyRef(rt) {
		keys := s.Keys(nil, ref)
		if len(keys) == 0 {
			keys = ref.Keys(res.Doc)
		}
		slices.Sort(keys)
		out.Keys[ref.String()] = slices.Compact(keys)
	}
	return out
}

func everyRef(rt *schema.ResourceType) (refs []schema.Ref) {
	all := func(urn string, attrs []*schema.Attribute) {
		for _, a := range attrs {
			refs = append(refs, schema.Ref{Container: urn, Attr: a})
			for _, sub := range a.SubAttributes {
				refs = append(refs, schema.Ref{Container: urn, Attr: a, Sub: sub})
			}
		}
	}
	all("", append([]*schema.Attribute{schema.Common("externalId")}, rt.Schema.Attributes...))
	for _, e := range rt.Extensions {
		all(e.Schema.ID, e.Schema.Attributes)
	}
	return refs
}

// TestPartIsWhole: over generated documents and requests of one to three operations, in both modes, a PATCH
// that decodes a part of the stored document makes what one makes that decodes all of it. All requests have the same
// memory, one after the other.
func TestPartIsWhole(t *testing.T) {
	t.Parallel()
	rt, changed, failed := badgeUser(), 0, 0
	s, room := &schema.Stored{}, &patch.Room{}
	for i := range rounds() {
		s.Reset()
		room.Reset()
		g := generator{rand.New(rand.NewPCG(seed+1, uint64(i)))}
		text := string(rt.AppendDocument(nil, g.document(rt)))
		ops := make([]any, 1+g.IntN(3))
		for k := range ops {
			if ops[k] = g.operation(g.intent(rt)); g.IntN(8) == 0 {
				ops[k] = g.odd()
			}
		}
		list, _ := json.Marshal(ops)
		req, err := patch.Parse(rt, map[string]any{"schemas": []any{patch.URN}, "Operations": decoded(t, string(list))}, patch.Options{Strict: g.IntN(2) == 0, MaxValues: g.IntN(4), Room: room})
		if err != nil {
			continue
		}
		want := whole(t, rt, req, text)
		a, _ := json.Marshal(want) // before the same memory has the other result
		b, _ := json.Marshal(inPart(t, rt, s, req, text))
		if string(a) != string(b) {
			t.Fatalf("round %d: %s on\n%s\nmakes\n%s\ninstead of\n%s", i, list, text, b, a)
		}
		if want.Changed {
			changed++
		}
		if want.Err != "" {
			failed++
		}
	}
	if changed < rounds()/5 || failed < rounds()/20 {
		t.Errorf("of %d requests only %d change something, and %d fail", rounds(), changed, failed)
	}
}

func decoded(t testing.TB, text string) any {
	t.Helper()
	v, err := schema.ParseJSON([]byte(text), 20)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// FuzzPart is TestPartIsWhole for any text as the stored document and any operations. A text that is accepted is
// also what AppendDocument makes of it.
func FuzzPart(f *testing.F) {
	rt := badgeUser()
	for i := range 40 {
		g := generator{rand.New(rand.NewPCG(seed+2, uint64(i)))}
		ops, _ := json.Marshal([]any{g.operation(g.intent(rt)), g.odd()})
		f.Add(string(rt.AppendDocument(nil, g.document(rt))), string(ops))
	}
	s, room := &schema.Stored{}, &patch.Room{}
	f.Fuzz(func(t *testing.T, text, ops string) {
		s.Reset()
		room.Reset()
		if !s.Set(rt, []byte(text)) {
			return
		}
		doc, err := schema.DecodeStored([]byte(text), 64)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		rt.FixSchemas(doc)
		if again := string(rt.AppendDocument(nil, doc)); again != text {
			t.Fatalf("%s is accepted, and written as %s", text, again)
		}
		if again := string(s.Append(nil, nil)); again != text {
			t.Fatalf("%s is copied as %s", text, again)
		}
		list, err := schema.ParseJSON([]byte(ops), 20)
		if err != nil {
			return
		}
		req, err := patch.Parse(rt, map[string]any{"schemas": []any{patch.URN}, "Operations": list}, patch.Options{Room: room})
		if err != nil {
			return
		}
		a, _ := json.Marshal(whole(t, rt, req, text))
		b, _ := json.Marshal(inPart(t, rt, s, req, text))
		if string(a) != string(b) {
			t.Fatalf("%s on\n%s\nmakes\n%s\ninstead of\n%s", ops, text, b, a)
		}
	})
}
