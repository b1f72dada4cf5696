package sqlstore_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// backends are the stores of this package over SQLite: ours, a table of an application, and its
// groups, too.
func backends() map[string]func(*testing.T) (*sqlstore.Database, scim.Store) {
	return map[string]func(*testing.T) (*sqlstore.Database, scim.Store){
		"own": func(t *testing.T) (*sqlstore.Database, scim.Store) { d := sqltest.SQLite(t); return d, d.Store() },
		"table": func(t *testing.T) (*sqlstore.Database, scim.Store) {
			d := sqltest.SQLite(t)
			return d, existing(t, d)
		},
		"roles": func(t *testing.T) (*sqlstore.Database, scim.Store) {
			d := sqltest.SQLite(t)
			return d, withRoles(t, d)
		},
	}
}

// existing maps a table with a tenant column and an integer key.
func existing(t *testing.T, d *sqlstore.Database) *sqlstore.Mapped {
	t.Helper()
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE people (no INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, email TEXT NOT NULL,
first TEXT, last TEXT, enabled BOOLEAN NOT NULL DEFAULT TRUE, dept TEXT, phone TEXT, scim TEXT)`)
		return err
	}))
	s, err := d.Map(t.Context(), sqlstore.Table("people",
		sqlstore.Column("email").To("userName"),
		sqlstore.Column("first").To("name.givenName"),
		sqlstore.Column("last").To("name.familyName"),
		sqlstore.Column("enabled").To("active").Default(true),
		sqlstore.Column("dept").To("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
		sqlstore.Column("phone").To(`phoneNumbers[type eq "mobile"].value`),
	).Serial("no").TenantColumn("org").Rest("scim"))
	must(t, err)
	return s
}

// TestReplay: the recorded traffic of every identity provider works on both.
func TestReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	for name, open := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expected, err := replay.LoadExpected("../../internal/replay/expected-failures.txt")
			must(t, err)
			for _, file := range files {
				scenarios, err := replay.Load(file)
				must(t, err)
				t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
					t.Parallel()
					for _, s := range scenarios {
						if expected.Reason(s.ID, "") != "" {
							continue
						}
						_, store := open(t)
						server := apptest.Start(t, store)
						base, token := server.Tenant(t, "acme", func(st *tenant.Settings) { st.IdP = s.Profile })
						if err := replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s); err != nil {
							t.Errorf("%s: %v", s.ID, err)
						}
					}
				})
			}
		})
	}
}

// TestDemo: the simulated identity providers provision both, with the log in the same database.
func TestDemo(t *testing.T) {
	t.Parallel()
	for name, open := range backends() {
		if name == "roles" {
			continue // examples/existing-table has it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, store := open(t)
			log := sqllog.New(d, sqllog.Options{})
			rec := activity.NewRecorder(log, activity.Options{Timeout: time.Hour})
			l, err := demo.NewLocal(t.Context(), func(c *scimstack.Config) { c.Store, c.Recorder, c.Log = store, rec, log })
			must(t, err)
			t.Cleanup(l.Close)
			report, err := demo.Run(t.Context(), demo.Options{
				IdPs: []string{"okta", "entra"}, Seed: 7, Faults: []string{demo.FaultLost}, Target: l.Target,
				Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			})
			must(t, err)
			var b strings.Builder
			if report.Write(&b); report.Failed() > 0 || len(report.Steps) == 0 {
				t.Error(b.String())
			}
			if err := rec.Close(t.Context()); err != nil || rec.Lost() > 0 || rec.Dropped() > 0 {
				t.Errorf("%v: %d records lost, %d dropped", err, rec.Lost(), rec.Dropped())
			}
		})
	}
}
