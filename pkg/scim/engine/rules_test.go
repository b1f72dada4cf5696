package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// shelf are rows of one tenant. fail is what Store and Remove return next.
type shelf struct {
	rows  map[scim.Ref]engine.Row
	fail  []error
	reads int
}

func (s *shelf) Row(_ context.Context, at scim.Target) (engine.Row, error) {
	s.reads++
	row, ok := s.rows[at.Ref()]
	if !ok {
		return row, scim.ErrNotFound
	}
	return row, nil
}

func (s *shelf) All(_ context.Context, want engine.Want) iter.Seq2[engine.Row, error] {
	return func(yield func(engine.Row, error) bool) {
		for ref, row := range s.rows {
			if ref.Type == want.Type.Name && !yield(row, nil) {
				return
			}
		}
	}
}

func (s *shelf) Find(_ context.Context, _ *scim.Tenant, typ string, ids []string) (found []scim.Member, err error) {
	for _, id := range ids {
		if row, ok := s.rows[scim.Ref{Type: typ, ID: id}]; ok {
			found = append(found, scim.Member{ID: id, Type: typ, Display: row.Name()})
		}
	}
	return found, nil
}

func (s *shelf) next() error {
	if len(s.fail) == 0 {
		return nil
	}
	err := s.fail[0]
	s.fail = s.fail[1:]
	return err
}

func (s *shelf) Store(_ context.Context, at scim.Target, d *engine.Draft) error {
	if err := s.next(); err != nil {
		return err
	}
	if s.rows[at.Ref()].Version != d.Was {
		return scim.ErrVersion
	}
	s.rows[at.Ref()] = d.Row
	return nil
}

func (s *shelf) Remove(_ context.Context, at scim.Target, _ int64) error {
	if err := s.next(); err != nil {
		return err
	}
	delete(s.rows, at.Ref())
	return nil
}

// ruled is a world over a shelf; it has only the methods of the world that need no engine.Provider.
func ruled(t *testing.T, c scim.TenantConfig) (w *world, s *shelf, rules *engine.Rules, p scim.Provider) {
	t.Helper()
	w, s = begin(t, c), &shelf{rows: map[scim.Ref]engine.Row{}}
	n := 0
	rules = engine.NewRules(engine.Options{PublicBase: "https://x", NewID: func() string { n++; return fmt.Sprintf("id-%d", n) }})
	return w, s, rules, rules.Over(s)
}

func patchOf(t *testing.T, ops string) map[string]any {
	t.Helper()
	return body(t, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`+ops+`}`)
}

// TestRowsStay: no rule changes a row that it is given, whatever it does to it.
func TestRowsStay(t *testing.T) {
	t.Parallel()
	w, _, rules, _ := ruled(t, scim.TenantConfig{})
	find := func(_ context.Context, typ string, ids []string) ([]scim.Member, error) {
		return []scim.Member{{ID: ids[0], Type: typ}}, nil
	}
	user := engine.Row{ID: "u", Version: 3, Attributes: map[string]any{
		"schemas": []any{schema.URNUser}, "userName": "a", "name": map[string]any{"givenName": "g"},
		"emails": []any{map[string]any{"value": "a@x.example", "type": "work"}}, "password": "hashed",
		schema.URNEnterpriseUser: map[string]any{"manager": map[string]any{"value": "m"}},
	}, Groups: []engine.GroupRef{{ID: "g", Display: "named", Direct: true}}}
	group := engine.Row{ID: "g", Version: 3, Attributes: map[string]any{"displayName": "g"}, Members: []scim.Member{{ID: "u", Type: "User", Display: "a"}, {ID: "v", Type: "User"}}}
	before, _ := json.Marshal([]engine.Row{user, group})
	at, gt := w.at("User", "u"), w.at("Group", "g")
	steps := []func() (*engine.Draft, error){
		func() (*engine.Draft, error) {
			return rules.Patch(t.Context(), at, user, patchOf(t, `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@x.example"},{"op":"add","path":"name.familyName","value":"f"},{"op":"remove","path":"`+schema.URNEnterpriseUser+`:manager"}]`), find)
		},
		func() (*engine.Draft, error) {
			return rules.Replace(t.Context(), at, user, map[string]any{"userName": "b"}, find)
		},
		func() (*engine.Draft, error) {
			return rules.Patch(t.Context(), gt, group, patchOf(t, `[{"op":"remove","path":"members[value eq \"u\"]"},{"op":"add","path":"members","value":[{"value":"w"}]}]`), find)
		},
		func() (*engine.Draft, error) {
			return rules.Patch(t.Context(), gt, group, patchOf(t, `[{"op":"remove","path":"members"}]`), find)
		},
	}
	for i, step := range steps {
		d, err := step()
		if err != nil || !d.Changed || d.Version != 4 || d.Was != 3 {
			t.Errorf("%d: %+v %v", i, d, err)
		}
	}
	rules.Without(group, "u")
	rules.Without(user, "m")
	for _, projection := range []scim.Projection{{}, {Attributes: []string{"emails.value", "members.value"}}, {Excluded: []string{"name", "members"}}} {
		for _, row := range []engine.Row{user, group} {
			target := at
			if row.ID == "g" {
				target = gt
			}
			res, err := rules.Result(target, row, projection)
			if err != nil || strings.Contains(string(res.Body), "hashed") {
				t.Errorf("%s %v", res.Body, err)
			}
		}
	}
	none := &scim.Principal{Scopes: scim.Read | scim.Users}
	_, err := rules.Search(t.Context(), w.tenant, scim.Query{Types: []*schema.ResourceType{at.Type}, Filter: "groups.display pr", HasFilter: true, By: none},
		func(engine.Want) iter.Seq2[engine.Row, error] {
			return func(yield func(engine.Row, error) bool) { yield(user, nil) }
		})
	if after, _ := json.Marshal([]engine.Row{user, group}); err != nil || string(after) != string(before) {
		t.Errorf("%v\n%s\n%s", err, before, after)
	}
}

// TestDraftsKeepNoBody: what a client sent may be changed afterwards, while the row that was made of it stays.
func TestDraftsKeepNoBody(t *testing.T) {
	t.Parallel()
	const user = `{"schemas":["` + schema.URNUser + `"],"userName":"a","name":{"givenName":"g"},"emails":[{"value":"a@x.example","type":"work"}]}`
	w, _, rules, _ := ruled(t, scim.TenantConfig{})
	row := engine.Row{ID: "u", Version: 1, Attributes: map[string]any{"schemas": []any{schema.URNUser}, "userName": "b"}}
	for name, make := range map[string]func() (*engine.Draft, map[string]any, error){
		"create": func() (*engine.Draft, map[string]any, error) {
			sent := body(t, user)
			d, err := rules.Create(t.Context(), w.at("User", ""), sent, nil)
			return d, sent, err
		},
		"replace": func() (*engine.Draft, map[string]any, error) {
			sent := body(t, user)
			d, err := rules.Replace(t.Context(), w.at("User", "u"), row, sent, nil)
			return d, sent, err
		},
		"patch": func() (*engine.Draft, map[string]any, error) {
			sent := body(t, user)
			request := patchOf(t, `[{"op":"add"}]`)
			request["Operations"].([]any)[0].(map[string]any)["value"] = sent
			d, err := rules.Patch(t.Context(), w.at("User", "u"), row, request, nil)
			return d, sent, err
		},
	} {
		d, sent, err := make()
		if err != nil {
			t.Fatal(name, err)
		}
		before, _ := json.Marshal(d.Attributes)
		sent["userName"], sent["name"].(map[string]any)["givenName"] = "b", "h"
		sent["emails"].([]any)[0].(map[string]any)["value"] = "b@x.example"
		if after, _ := json.Marshal(d.Attributes); string(after) != string(before) {
			t.Errorf("%s: %s became %s", name, before, after)
		}
	}
}

// TestDrafts: a draft says what is to be stored, and nothing where nothing changes.
func TestDrafts(t *testing.T) {
	t.Parallel()
	w, s, rules, p := ruled(t, scim.TenantConfig{})
	made, err := p.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "a", "password": "secret"}, scim.Projection{})
	if err != nil || !made.Changed || made.Version != 1 {
		t.Fatal(made, err)
	}
	row := s.rows[scim.Ref{Type: "User", ID: made.ID}]
	if row.Attributes["password"] != nil || row.Attributes["active"] != true {
		t.Errorf("%v", row.Attributes)
	}
	d, err := rules.Patch(t.Context(), w.at("User", row.ID), row, patchOf(t, `[{"op":"replace","path":"active","value":true}]`), nil)
	if err != nil || d.Changed || d.Version != 1 {
		t.Errorf("%+v %v", d, err)
	}
	self := w.at("User", row.ID)
	self.By = &scim.Principal{UserID: row.ID, Scopes: scim.All}
	if _, err := rules.Patch(t.Context(), self, row, patchOf(t, `[{"op":"replace","path":"active","value":false}]`), nil); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeSelf {
		t.Error(err)
	}
	group := engine.Row{ID: "g", Version: 1, Attributes: map[string]any{"displayName": "g"}, Members: []scim.Member{{ID: "x", Type: "User"}}}
	d, err = rules.Replace(t.Context(), w.at("Group", "g"), group, map[string]any{"displayName": "g", "members": []any{map[string]any{"value": row.ID}}}, func(_ context.Context, typ string, ids []string) ([]scim.Member, error) {
		return s.Find(t.Context(), w.tenant, typ, ids)
	})
	if err != nil || !d.Changed || len(d.Joined) != 1 || len(d.Left) != 1 || len(d.Members) != 1 || d.Members[0].Display != "a" {
		t.Errorf("%+v %v", d, err)
	}
	hashing := engine.NewRules(engine.Options{Hash: func(s string) (string, error) { return "hash of " + s, nil }})
	d, err = hashing.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "a", "password": "secret"}, nil)
	if err != nil || d.Attributes["password"] != "hash of secret" {
		t.Errorf("%+v %v", d, err)
	}
}

// TestRowRaces (E-05): a lost race over rows is repeated with the row of now, and not if the client named a version.
func TestRowRaces(t *testing.T) {
	t.Parallel()
	w, s, _, p := ruled(t, scim.TenantConfig{})
	made, err := p.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "a"}, scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	at := w.at("User", made.ID)
	for _, lost := range []error{scim.ErrVersion, &scim.MissingError{IDs: []string{"x"}}} {
		for name, write := range map[string]func(scim.Match) error{
			"PUT": func(m scim.Match) error {
				_, err := p.Replace(t.Context(), at, map[string]any{"userName": "a", "title": fmt.Sprint(lost, s.reads)}, m, scim.Projection{})
				return err
			},
			"PATCH": func(m scim.Match) error {
				_, err := p.Patch(t.Context(), at, patchOf(t, fmt.Sprintf(`[{"op":"add","path":"title","value":"%d"}]`, s.reads)), m, scim.Projection{})
				return err
			},
		} {
			s.fail = []error{lost, lost}
			if err := write(scim.Match{}); err != nil || len(s.fail) > 0 {
				t.Errorf("%s %v: %v", name, lost, err)
			}
		}
	}
	s.fail = []error{scim.ErrVersion}
	m := scim.ParseMatch(scim.ETag(s.rows[at.Ref()].Version))
	if err := p.Delete(t.Context(), at, m); !errors.Is(err, scim.ErrVersion) {
		t.Error(err)
	}
	s.fail = []error{scim.ErrVersion}
	if err := p.Delete(t.Context(), at, scim.Match{}); err != nil || len(s.rows) > 0 {
		t.Error(err)
	}
}

// TestRowSearch: pages of rows by cursor show each row once, over types whose ids are the same, and a search knows
// which rows are enough.
func TestRowSearch(t *testing.T) {
	t.Parallel()
	w, s, rules, p := ruled(t, scim.TenantConfig{Limits: scim.Limits{MaxScan: 8, MaxMembers: 1}})
	for i := range 5 {
		id := fmt.Sprint(i)
		s.rows[scim.Ref{Type: "User", ID: id}] = engine.Row{ID: id, Version: 1, Attributes: map[string]any{"userName": "u" + id, "title": "t"}}
		s.rows[scim.Ref{Type: "Group", ID: id}] = engine.Row{ID: id, Version: 1, Attributes: map[string]any{"displayName": "g" + id}}
	}
	for _, sortBy := range []string{"", "id"} {
		var seen []string
		q := scim.Query{Types: w.tenant.Types.List, Root: true, HasCursor: true, Count: 3, HasCount: true, SortBy: sortBy}
		for {
			found, err := p.Search(t.Context(), w.tenant, q)
			if err != nil {
				if sortBy == "" {
					t.Fatal(err)
				}
				break // 10 rows are more than MaxScan
			}
			for _, r := range found.Resources {
				doc := body(t, string(r))
				seen = append(seen, fmt.Sprint(doc["userName"], doc["displayName"]))
			}
			if q.Cursor = found.Next; q.Cursor == "" {
				break
			}
		}
		slices.Sort(seen)
		if n := len(slices.Compact(seen)); sortBy == "" && n != 10 {
			t.Errorf("%d rows: %v", n, seen)
		}
	}
	var wants []engine.Want
	for _, f := range []string{`userName eq "U1"`, `id eq "1"`, `title eq "t"`, `userName eq "u1" or id eq "2"`} {
		_, err := rules.Search(t.Context(), w.tenant, scim.Query{Types: w.tenant.Types.List[:1], Filter: f, HasFilter: true}, func(want engine.Want) iter.Seq2[engine.Row, error] {
			wants = append(wants, want)
			return s.All(t.Context(), want)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if wants[0].Key == nil || wants[0].Key.Value != "u1" || wants[1].ID != "1" || wants[2].Key != nil || wants[2].ID != "" || wants[3].Key != nil || wants[3].ID != "" {
		t.Errorf("%+v", wants)
	}
	one := s.rows[scim.Ref{Type: "User", ID: "1"}]
	two := s.rows[scim.Ref{Type: "User", ID: "2"}]
	if !rules.Wanted(wants[0], one) || rules.Wanted(wants[0], two) || !rules.Wanted(wants[1], one) || rules.Wanted(wants[1], two) || !rules.Wanted(wants[2], two) {
		t.Error("Wanted")
	}
	large := engine.Row{ID: "g", Version: 1, Attributes: map[string]any{"displayName": "g"}, Members: []scim.Member{{ID: "1", Type: "User"}, {ID: "2", Type: "User"}}}
	if _, err := rules.Result(w.at("Group", "g"), large, scim.Projection{}); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeMembersTooMany {
		t.Error("a group is shown without some of its members:", err)
	}
	if _, err := p.Get(t.Context(), w.at("User", "1"), scim.Projection{Attributes: []string{"x"}, Excluded: []string{"y"}}); scim.AsError(err) == nil || scim.AsError(err).Code != scim.CodeProjection {
		t.Error(err)
	}
}

// TestRowsOwnBodies: a row of Over shares nothing with the body that it was made of, which a caller may use again for
// another tenant.
func TestRowsOwnBodies(t *testing.T) {
	t.Parallel()
	w, s, _, p := ruled(t, scim.TenantConfig{})
	emails := func(value string) []any { return []any{map[string]any{"value": value, "type": "work"}} }
	for name, write := range map[string]func(list []any) (*scim.Result, error){
		"POST": func(list []any) (*scim.Result, error) {
			return p.Create(t.Context(), w.at("User", ""), map[string]any{"userName": "post", "emails": list}, scim.Projection{})
		},
		"PUT": func(list []any) (*scim.Result, error) {
			return p.Replace(t.Context(), w.at("User", "put"), map[string]any{"userName": "put", "emails": list}, scim.Match{}, scim.Projection{})
		},
		"PATCH": func(list []any) (*scim.Result, error) {
			body := patchOf(t, `[{"op":"replace","path":"emails"}]`)
			operations, _ := body["Operations"].([]any)
			op, _ := operations[0].(map[string]any)
			op["value"] = list
			return p.Patch(t.Context(), w.at("User", "patch"), body, scim.Match{}, scim.Projection{})
		},
	} {
		id := strings.ToLower(name)
		s.rows[scim.Ref{Type: "User", ID: id}] = engine.Row{ID: id, Version: 1, Attributes: map[string]any{"userName": id}}
		list := emails("own@x.example")
		res, err := write(list)
		if err != nil {
			t.Fatal(name, err)
		}
		first, _ := list[0].(map[string]any)
		first["value"] = "other@x.example"
		list[0] = "gone"
		if got, err := p.Get(t.Context(), w.at("User", res.ID), scim.Projection{}); err != nil || !strings.Contains(string(got.Body), "own@x.example") {
			t.Errorf("%s: %v %s", name, err, got.Body)
		}
	}
}
