package activity_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestClean: names and ids stay; values and malformed ids are removed.
func TestClean(t *testing.T) {
	t.Parallel()
	for note, want := range map[string]string{
		"member " + noID + " is unknown and was left out":         "member " + noID + " is unknown and was left out",
		"member bjensen is unknown and was left out":              "a member with a malformed id is unknown and was left out",
		"member a is unknown b is unknown and was left out":       "a member with a malformed id is unknown and was left out",
		`unknown attribute "shoeSize" was ignored`:                `unknown attribute "shoeSize" was ignored`,
		`unknown attribute in path "a[value eq \"Jo\"].b" was x`:  `unknown attribute in path "a[…].b" was x`,
		`unknown attribute "Barbara Jensen" was ignored`:          `unknown attribute "…" was ignored`,
		`unknown attribute "a[value eq \"]Jo\"]" and "b" were x`:  `unknown attribute "…" and "b" were x`,
		`op "Replace" was read as replace`:                        `op "Replace" was read as replace`,
		`a quote " without an end`:                                `a quote "…"`,
		"emails has more than one primary value":                  "emails has more than one primary value",
		`unknown schema "urn:acme:2.0:User" was ignored`:          `unknown schema "urn:acme:2.0:User" was ignored`,
		`unknown attribute in path "a[value eq \"Jo" was ignored`: `unknown attribute in path "a[…]" was ignored`,
	} {
		rec := scim.Record{Notes: []string{note}}
		activity.Clean(&rec, nil)
		if diff := cmp.Diff(want, rec.Notes[0]); diff != "" {
			t.Errorf("%s: %s", note, diff)
		}
	}
	for _, c := range []struct {
		status   int
		id, want string
		err      bool
	}{{404, "bjensen", "", false}, {404, noID, noID, false}, {200, "custom-1", "custom-1", false}, {500, noID, noID, true}} {
		rec := scim.Record{Status: c.status, ResourceID: c.id, Err: errors.New("cause")}
		activity.Clean(&rec, nil)
		if rec.ResourceID != c.want || (rec.Err != nil) != c.err {
			t.Errorf("%+v: %+v", c, rec)
		}
	}
	rec := scim.Record{Status: 404, ResourceID: "u-1", Notes: []string{"member u-2 is unknown"}}
	activity.Clean(&rec, func(id string) bool { return id[0] == 'u' })
	if rec.ResourceID == "" || rec.Notes[0] != "member u-2 is unknown" {
		t.Errorf("%+v", rec)
	}
}
