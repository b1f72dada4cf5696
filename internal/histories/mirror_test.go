package histories

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// held is what is known of a resource: by the feed, or by the service.
type held struct {
	version string
	active  string   // of a user
	members []string // of a group, ascending
	scim    string   // its attributes, without those that the feed leaves out
}

// mirror is what a consumer of the feed keeps of a tenant, which has read nothing but the feed, by type and id.
func (s *side) mirror(t *testing.T) map[string]*held {
	t.Helper()
	out, members, after := map[string]*held{}, map[string]map[string]bool{}, int64(0)
	for {
		var p struct{ Facts []feed.Fact }
		s.read(t, fmt.Sprintf("/events/%s?after=%d&limit=1000", s.tenant, after), &p)
		if len(p.Facts) == 0 {
			break
		}
		for _, f := range p.Facts {
			if after++; f.Seq != after {
				t.Fatalf("the fact after %d has the number %d", after-1, f.Seq)
			}
			apply(out, members, &f)
		}
	}
	for key, list := range members {
		if h := out[key]; h != nil {
			h.members = slices.Sorted(maps.Keys(list))
		}
	}
	return out
}

// apply adds a fact to what is held, and to the members of groups.
func apply(out map[string]*held, members map[string]map[string]bool, f *feed.Fact) {
	key := f.Resource.Type + " " + f.Resource.ID
	version := fmt.Sprintf(`W/"%d"`, f.Resource.Version)
	switch {
	case strings.HasSuffix(f.Type, ".deleted"):
		delete(out, key)
		delete(members, key)
		if f.User != nil && f.User.Active {
			out[key] = &held{active: "deleted and active"}
		}
	case f.Type == feed.MembershipRemoved:
		delete(members[key], f.Member.ID)
	case f.Type == feed.MembershipAdded:
		if members[key] == nil {
			members[key] = map[string]bool{}
		}
		members[key][f.Member.ID] = true
	default:
		was := out[key]
		out[key] = &held{scim: attributesIn(f.SCIM)}
		if f.User != nil {
			out[key].active = activeBy(f, was)
		}
	}
	if h := out[key]; h != nil {
		h.version = version
	}
}

// activeBy is whether a user may sign in after a fact. Its type must say so if that has changed, because there are
// consumers that read nothing else.
func activeBy(f *feed.Fact, was *held) string {
	is := fmt.Sprint(f.User.Active)
	verb := ""
	if was != nil && was.active != is {
		verb = map[bool]string{true: feed.UserReactivated, false: feed.UserDeactivated}[f.User.Active]
	}
	if said := f.Type == feed.UserReactivated || f.Type == feed.UserDeactivated; said != (verb != "") || said && f.Type != verb {
		return is + ", but the fact is " + f.Type
	}
	return is
}

// directory is what the service has of a tenant by its lists.
func (s *side) directory(t *testing.T) map[string]*held {
	t.Helper()
	out := map[string]*held{}
	for _, endpoint := range endpoints(s.kind) {
		for start := 1; ; {
			var page struct {
				TotalResults int
				Resources    []json.RawMessage
			}
			s.read(t, fmt.Sprintf("/scim/v2/%s/%s?startIndex=%d&count=1000", s.tenant, endpoint, start), &page)
			for _, raw := range page.Resources {
				s.add(t, out, raw)
			}
			if start += len(page.Resources); len(page.Resources) == 0 || start > page.TotalResults {
				break
			}
		}
	}
	return out
}

func (s *side) add(t *testing.T, out map[string]*held, raw json.RawMessage) {
	t.Helper()
	var r struct {
		ID     string
		Active *bool
		Meta   struct{ ResourceType, Version string }
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	h := &held{version: r.Meta.Version, scim: attributesIn(raw)}
	if r.Meta.ResourceType == "User" {
		h.active = fmt.Sprint(r.Active == nil || *r.Active)
	}
	if r.Meta.ResourceType == "Group" {
		h.members = s.members(t, r.ID)
	}
	out[r.Meta.ResourceType+" "+r.ID] = h
}

// members are those of a group in the store, since an answer may leave out some.
func (s *side) members(t *testing.T, group string) (ids []string) {
	t.Helper()
	id, err := scim.ParseTenantID(s.tenant)
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.store.Members(t.Context(), id, group, scim.Page{Limit: 1000})
	if err != nil || list.More {
		t.Fatal(list.More, err)
	}
	for _, m := range list.Members {
		ids = append(ids, m.ID)
	}
	return ids
}

// attributesIn are the attributes of a resource but for those that the feed leaves out: edges, which have facts of their
// own, and meta, whose version is held beside them.
func attributesIn(raw json.RawMessage) string {
	doc := map[string]any{}
	_ = json.Unmarshal(raw, &doc) // it is a resource
	for _, name := range []string{"meta", "groups", "members"} {
		delete(doc, name)
	}
	text, _ := json.Marshal(doc) // it was JSON
	return string(text)
}

// read decodes the answer of a GET that must succeed.
func (s *side) read(t *testing.T, path string, to any) {
	t.Helper()
	w := s.send(t, http.MethodGet, path, "", "")
	if err := json.Unmarshal([]byte(plain(w.Body.String())), to); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: GET %s: %d %s %v", s.name, path, w.Code, w.Body, err)
	}
}

// lost compares what the feed says with what there is. It returns the difference, or nil if there is none or the store has no feed.
func (s *side) lost(t *testing.T) *difference {
	t.Helper()
	if _, ok := s.store.(scim.Feed); !ok {
		return nil
	}
	by, is := shown(s.mirror(t)), shown(s.directory(t))
	if by == is {
		return nil
	}
	return &difference{request: request{method: "GET", path: "/events/{{tenant}}?after=0"}, stores: [2]string{s.name + " by its feed", s.name + " by its lists"},
		answers: [2]string{s.named(by), s.named(is)}}
}

func shown(all map[string]*held) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(all)) {
		h := all[key]
		fmt.Fprintf(&b, "%s %s active %s members %s\n%s\n", key, h.version, h.active, h.members, h.scim)
	}
	return b.String()
}
