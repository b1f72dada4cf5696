package sqlstore_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// node is a step of a plan that Postgres has carried out.
type node struct {
	Kind     string  `json:"Node Type"`
	Table    string  `json:"Relation Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Filtered float64 `json:"Rows Removed by Filter"`
	Rechecks float64 `json:"Rows Removed by Index Recheck"`
	Steps    []node  `json:"Plans"`
}

// visited is how many rows a plan has read.
func (n node) visited() (rows float64) {
	if strings.Contains(n.Kind, "Scan") {
		rows = (n.Rows + n.Filtered + n.Rechecks) * max(1, n.Loops)
	}
	for _, s := range n.Steps {
		rows += s.visited()
	}
	return rows
}

// String names the steps of a plan.
func (n node) String() string {
	text := fmt.Sprintf("%s %s %.0f", n.Kind, n.Table, n.Rows+n.Filtered)
	for _, s := range n.Steps {
		text += "; " + s.String()
	}
	return text
}

// plans are those of the statements that were carried out, as auto_explain reports them to the client.
type plans struct {
	mu   sync.Mutex
	seen map[string]node // statement → the plan that has visited most rows
}

func (p *plans) notice(_ *pgconn.PgConn, n *pgconn.Notice) {
	_, text, ok := strings.Cut(n.Message, "plan:\n")
	if !ok {
		return
	}
	var plan struct {
		Text string `json:"Query Text"`
		Plan node
	}
	if err := json.Unmarshal([]byte(text), &plan); err != nil {
		plan.Text = "no plan: " + err.Error()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.seen[plan.Text]; !ok || was.visited() < plan.Plan.visited() {
		p.seen[plan.Text] = plan.Plan
	}
}

// explained opens a database that reports the plan of each statement.
func explained(t *testing.T) (*sqlstore.Database, *sql.DB, *plans) {
	t.Helper()
	config, err := pgx.ParseConfig(sqltest.SchemaURL(t))
	must(t, err)
	p := &plans{seen: map[string]node{}}
	config.OnNotice = p.notice
	for name, value := range map[string]string{
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on", "auto_explain.log_timing": "off",
		"auto_explain.log_format": "json", "auto_explain.log_level": "notice",
	} {
		config.RuntimeParams[name] = value
	}
	db := stdlib.OpenDB(*config)
	if err := db.PingContext(t.Context()); err != nil {
		_ = db.Close()
		t.Skip("this Postgres cannot report plans: ", err)
	}
	db.SetMaxOpenConns(4)
	d, err := sqlstore.New(t.Context(), db, sqlstore.Postgres(), sqlstore.Options{})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d, db, p
}

// crowd makes n users with keys, groups, log and feed of the tenant acme, which sort after those of everyStatement, and as many members of one
// group, and groups of one user.
func crowd(t *testing.T, d *sqlstore.Database, n int) {
	t.Helper()
	acme := tenantID(t, "acme")
	_, err := d.Store().Commit(t.Context(), acme, newUser(900, "crowd", at))
	must(t, err)
	_, err = d.Store().Commit(t.Context(), acme, newGroup(901, "crowd", 900))
	must(t, err)
	l := sqllog.New(d, sqllog.Options{})
	must(t, l.Append(t.Context(), activity.Record{ID: activity.NewID(at), Tenant: acme, Time: at, Method: "GET", Status: 500, Resource: userID(900), Type: "User"}))
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{
			`INSERT INTO scim_resource SELECT tenant, type, 'z' || i || id, external_id || i, version, created, modified, document, hidden, display, members FROM scim_resource, generate_series(1, %d) i`,
			`INSERT INTO scim_key SELECT tenant, type, attr, 'z' || value || i, 'z' || i || id, uniq FROM scim_key, generate_series(1, %d) i`,
			`INSERT INTO scim_member SELECT tenant, group_id, 'z' || i || id, type, display, group_type FROM scim_member, generate_series(1, %d) i`,
			`INSERT INTO scim_member SELECT tenant, 'z' || i || group_id, id || 'z', type, display, group_type FROM scim_member, generate_series(1, %d) i LIMIT %[1]d`,
			`INSERT INTO scim_log SELECT tenant, id || i, expires, record FROM scim_log, generate_series(1, %d) i`,
			`INSERT INTO scim_log_resource SELECT tenant, resource, id || i, expires FROM scim_log_resource, generate_series(1, %d) i`,
			`INSERT INTO scim_feed SELECT f.tenant, m.last + i, m.last + i, expires, entry, prior, document, member_of
			FROM (SELECT * FROM scim_feed ORDER BY last LIMIT 1) f, (SELECT max(last) AS last FROM scim_feed) m, generate_series(1, %d) i`,
		} {
			if _, err := tx.Exec(t.Context(), fmt.Sprintf(statement, n)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestPlansOfPostgres: no statement of the store, the tenants and the log visits more rows in a tenant of many users, and in a group of many members,
// than a request needs, with statistics of the tables and without them, as after a restore.
func TestPlansOfPostgres(t *testing.T) {
	t.Parallel()
	sizes := []int{10_000}
	if os.Getenv("SCIMSTACK_LARGE") != "" {
		sizes = append(sizes, 100_000)
	}
	for _, n := range sizes { // a small table is read as a whole, which costs less
		for _, upkeep := range []string{"", "VACUUM", "VACUUM ANALYZE"} {
			t.Run(fmt.Sprintf("%d users, %s", n, upkeep), func(t *testing.T) {
				t.Parallel()
				d, db, p := explained(t)
				must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
					for _, table := range sqlstore.TableNames() {
						if _, err := tx.Exec(t.Context(), `ALTER TABLE `+table+` SET (autovacuum_enabled = false)`); err != nil {
							return err
						}
					}
					return nil
				}))
				crowd(t, d, n)
				for _, table := range sqlstore.TableNames() {
					if upkeep != "" {
						_, err := db.ExecContext(t.Context(), upkeep+" "+table)
						must(t, err)
					}
				}
				p.mu.Lock()
				clear(p.seen)
				p.mu.Unlock()
				requests(t, d)
				p.mu.Lock()
				defer p.mu.Unlock()
				if len(p.seen) < 60 {
					t.Errorf("only %d plans", len(p.seen))
				}
				for text, plan := range p.seen {
					if rows := plan.visited(); rows > 300 && !administration(text) {
						t.Errorf("%.0f rows: %s\n%s", rows, text, plan)
					}
				}
			})
		}
	}
}

// requests calls what requests call: the store, the tenants and the log.
func requests(t *testing.T, d *sqlstore.Database) {
	t.Helper()
	ctx, acme := t.Context(), tenantID(t, "acme")
	s := d.Store()
	everyStatement(t, s)
	_, err := s.Commit(ctx, acme, scim.Change{Type: "Group", ID: userID(901), If: scim.IfAny, Now: at, AddMembers: newGroup(901, "crowd", 1).AddMembers})
	must(t, err)
	_, err = s.Commit(ctx, acme, scim.Change{Type: "Group", ID: userID(901), If: scim.IfAny, Now: at, RemoveMembers: []string{userID(1)}})
	must(t, err)
	_, err = s.IsMember(ctx, acme, userID(901), []string{userID(1), userID(900)})
	must(t, err)
	_, err = s.MemberOf(ctx, acme, []string{userID(1), userID(900)})
	must(t, err)
	_, err = s.Members(ctx, acme, userID(901), scim.Page{Limit: 5, After: userID(900)})
	must(t, err)
	_, err = s.Commit(ctx, acme, scim.Change{Type: "User", ID: userID(900), If: scim.IfAny, Now: at, Remove: true})
	must(t, err)
	for _, from := range []int64{0, 7} {
		_, err = s.Entries(ctx, acme, from, 5)
		must(t, err)
	}
	must(t, d.Tenants().Create(ctx, tenant.Settings{ID: acme}))
	_, token := tenant.NewToken(acme, scim.All)
	must(t, d.Tenants().AddToken(ctx, acme, token))
	_ = record(t, d.Tenants(), acme)
	l := sqllog.New(d, sqllog.Options{})
	must(t, l.Append(ctx, activity.Record{ID: activity.NewID(at), Tenant: acme, Time: at, Method: "GET", Status: 200}))
	for _, q := range []activity.Query{{Limit: 5}, {Limit: 5, From: at.Add(-time.Hour), Until: at.Add(time.Hour)}, {Limit: 5, Resource: userID(900)}} {
		_, err := l.Query(ctx, acme, q)
		must(t, err)
	}
}
