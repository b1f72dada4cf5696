package model_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// recorder keeps every resource that is stored.
type recorder struct {
	scim.Store
	mu     sync.Mutex
	stored []*scim.Resource
}

func (r *recorder) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	stored, err := r.Store.Commit(ctx, t, c)
	if err == nil && stored != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stored = append(r.stored, stored)
	}
	return stored, err
}

// TestCorpus: every state of every resource that the recorded traffic of identity providers leads to has
// the same bytes after Decode and Encode, and so has what a client sees after Unmarshal and Marshal.
func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	seen := map[string]int{}
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			rec := &recorder{Store: memory.New()}
			server := apptest.Start(t, rec)
			base, token := server.Tenant(t, "acme", func(st *tenant.Settings) { st.IdP = s.Profile })
			_ = replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s) // package replay checks the answers
			for _, r := range rec.stored {
				seen[r.Type]++
				switch r.Type {
				case "User":
					roundTrip[model.User](t, s.ID, r)
					fieldsAlone(t, s.ID, r)
				case "Group":
					roundTrip[model.Group](t, s.ID, r)
				default:
					t.Errorf("%s: a %s", s.ID, r.Type)
				}
			}
		}
	}
	if seen["User"] < 100 || seen["Group"] < 40 {
		t.Errorf("only %v resources", seen)
	}
	t.Log(seen)
}

// TestCorpusWithValueTypes: with the value types of this package a tolerant tenant answers the recorded
// traffic as it does without them. They only add notes.
func TestCorpusWithValueTypes(t *testing.T) {
	t.Parallel()
	typed, err := schema.UserType().WithKinds(model.ValueTypes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("../../../testdata/idp-corpus/*.json")
	n := 0
	for _, file := range files {
		scenarios, err := replay.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range scenarios {
			play := func(users *schema.ResourceType) error {
				server := apptest.Start(t, memory.New())
				base, token := server.Tenant(t, "acme", func(st *tenant.Settings) {
					st.IdP, st.Types = s.Profile, []*schema.ResourceType{users, schema.GroupType()}
				})
				return replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s)
			}
			n++
			if without, with := play(schema.UserType()), play(typed); (without == nil) != (with == nil) {
				t.Errorf("%s: %v, and %v with value types", s.ID, without, with)
			}
		}
	}
	t.Log(n, "scenarios")
}

// resource is what roundTrip needs of a type.
type resource[T any] interface {
	*T
	json.Marshaler
	json.Unmarshaler
}

func roundTrip[T model.User | model.Group, P resource[T]](t *testing.T, id string, r *scim.Resource) {
	t.Helper()
	var back *scim.Resource
	var v T
	var err error
	switch p := any(&v).(type) {
	case *model.User:
		if *p, err = model.Decode[model.User](r); err == nil {
			back, err = model.Encode(*p)
		}
	case *model.Group:
		if *p, err = model.Decode[model.Group](r); err == nil {
			back, err = model.Encode(*p)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v: %s", id, err, r.Document)
	}
	if diff := cmp.Diff(r, back); diff != "" {
		t.Errorf("%s: %s", id, diff)
	}
	seen, err := P(&v).MarshalJSON()
	if err != nil {
		t.Fatal(id, err)
	}
	var again T
	if err := json.Unmarshal(seen, &again); err != nil {
		t.Fatal(id, err)
	}
	twice, err := P(&again).MarshalJSON()
	if err != nil || !bytes.Equal(seen, twice) {
		t.Errorf("%s: %v\n%s\n%s", id, err, seen, twice)
	}
}

// fieldsAlone: the fields of a user hold every attribute that RFC 7643 defines: written without what they
// were read from, they give the same document, except for members that say nothing ("", false) and
// attributes without a field.
func fieldsAlone(t *testing.T, id string, r *scim.Resource) {
	t.Helper()
	u, err := model.Decode[model.User](r)
	if err != nil {
		t.Fatal(id, err, u.Valid())
	}
	model.Forget(&u)
	back, err := model.Encode(u)
	if err != nil {
		t.Fatal(id, err)
	}
	if want, got := said(t, r.Document), said(t, back.Document); !cmp.Equal(want, got) {
		t.Errorf("%s: %s", id, cmp.Diff(want, got))
	}
}

// said decodes a document without the members that say nothing.
func said(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return pruned(v, "")
}

func pruned(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e == "" || e == false && name != "" {
				delete(v, k)
				continue
			}
			v[k] = pruned(e, k)
		}
	case []any:
		for i, e := range v {
			v[i] = pruned(e, name)
		}
	}
	return v
}
