package sqllog_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/logtest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// TestLog: the log keeps the contract of activity.Log.
func TestLog(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlstore.Database{"sqlite": sqltest.SQLite, "postgres": sqltest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				sqltest.NeedPostgres(t)
			}
			logtest.Run(t, func(t *testing.T) activity.Log { t.Helper(); return sqllog.New(open(t), sqllog.Options{}) })
		})
	}
}

// eachHour runs a test on each kind of database, for a log that keeps its records for an hour and has a clock.
func eachHour(t *testing.T, run func(t *testing.T, d *sqlstore.Database, log *sqllog.Log, now *time.Time, acme scim.TenantID)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		acme, err := scim.ParseTenantID("acme")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		run(t, d, sqllog.New(d, sqllog.Options{Keep: time.Hour, Now: func() time.Time { return now }}), &now, acme)
	})
}

// TestExpiry: a record is forgotten after its time, with its entries in timelines, and others are not.
func TestExpiry(t *testing.T) {
	t.Parallel()
	eachHour(t, func(t *testing.T, d *sqlstore.Database, log *sqllog.Log, now *time.Time, acme scim.TenantID) {
		t.Helper()
		add := func(resource string, days int) {
			t.Helper()
			if err := log.Append(t.Context(), activity.Record{Tenant: acme, Time: *now, Resource: resource, Status: 200, Days: days}); err != nil {
				t.Fatal(err)
			}
		}
		add("old", 0)
		add("kept", 3) // as its tenant says
		*now = now.Add(2 * time.Hour)
		add("new", 0)
		for resource, want := range map[string]int{"old": 0, "new": 1, "kept": 1, "": 2} {
			page, err := log.Query(t.Context(), acme, activity.Query{Resource: resource})
			if err != nil || len(page.Records) != want {
				t.Errorf("%q: %d records, want %d: %v", resource, len(page.Records), want, err)
			}
		}
		var n int
		if err := d.Row(t.Context(), []any{&n}, `SELECT count(*) FROM scim_log_resource`); err != nil || n != 2 {
			t.Errorf("%d entries in timelines: %v", n, err)
		}
	})
}

// TestExpiryInSteps: an append that finds very many expired records removes some of them, because other writes wait for it,
// and the next ones remove the rest.
func TestExpiryInSteps(t *testing.T) {
	t.Parallel()
	eachHour(t, func(t *testing.T, d *sqlstore.Database, log *sqllog.Log, now *time.Time, acme scim.TenantID) {
		t.Helper()
		var records []activity.Record
		for range 3500 {
			records = append(records, activity.Record{Tenant: acme, Time: *now, Resource: "old", Status: 200})
		}
		if err := log.AppendAll(t.Context(), records); err != nil {
			t.Fatal(err)
		}
		*now = now.Add(48 * time.Hour)
		rows := func(table string) (n int) {
			t.Helper()
			if err := d.Row(t.Context(), []any{&n}, `SELECT count(*) FROM `+table+` WHERE expires < $1`, now.Unix()); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for rows("scim_log")+rows("scim_log_resource") > 0 {
			before := rows("scim_log")
			if err := log.Append(t.Context(), activity.Record{Tenant: acme, Time: *now, Resource: "new", Status: 200}); err != nil {
				t.Fatal(err)
			}
			if removed := before - rows("scim_log"); removed == 0 || removed > 1000 {
				t.Fatalf("%d of %d removed", removed, before)
			}
		}
	})
}
