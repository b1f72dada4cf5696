package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestPlaceOfElement: a column of one element of a list that the application empties, and perhaps fills again, loses nothing of the
// others: the element has its place again, and another element that the path chooses then is kept when a client writes next.
func TestPlaceOfElement(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		ctx, acme := t.Context(), tenantID(t, "acme")
		s, run := made(t, d, sqlstore.Table("staff", sqlstore.Column("login").To("userName"),
			sqlstore.Column("mail").To(`emails[type eq "work"].value`)),
			`CREATE TABLE staff (id TEXT PRIMARY KEY, login TEXT, mail TEXT, scim TEXT)`)
		shows := func(when, emails string) {
			t.Helper()
			r, err := s.Get(ctx, acme, "User", userID(1))
			must(t, err)
			_, got, _ := strings.Cut(string(r.Document), `"emails":`)
			if strings.TrimSuffix(got, "}") != emails {
				t.Errorf("%s: %s, want %s", when, got, emails)
			}
		}
		const home, second = `{"value":"h@x.org","type":"home"}`, `{"value":"b@x.org","type":"work"}`
		c := newUser(1, "ann", at)
		c.Put.Document = document("ann", `,"emails":[{"value":"a@x.org","type":"work"},`+home+`,`+second+`]`)
		_, err := s.Commit(ctx, acme, c)
		must(t, err)
		run(`UPDATE staff SET mail = NULL`)
		shows("emptied", `[`+home+`,`+second+`]`)
		run(`UPDATE staff SET mail = 'c@x.org'`)
		shows("filled again", `[{"value":"c@x.org","type":"work"},`+home+`,`+second+`]`)
		run(`UPDATE staff SET mail = NULL`)
		r, err := s.Get(ctx, acme, "User", userID(1))
		must(t, err)
		c.If, c.Put.Document = scim.IfAny, []byte(strings.Replace(string(r.Document), `"userName"`, `"locale":"de","userName"`, 1))
		_, err = s.Commit(ctx, acme, c)
		must(t, err)
		shows("written by SCIM", `[`+home+`,`+second+`]`)
	})
}
