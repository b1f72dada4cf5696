package sqlstore_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// rulesOf are triggers of an application: titles say what becomes of a row.
func rulesOf(d *sqlstore.Database) []string {
	if d.Dialect().Name() == "sqlite" {
		return []string{
			`CREATE TRIGGER made BEFORE INSERT ON staff WHEN NEW.title IN ('skip', 'raise') BEGIN SELECT CASE NEW.title WHEN 'skip' THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'no') END; END`,
			`CREATE TRIGGER written BEFORE UPDATE ON staff WHEN NEW.title IN ('skip', 'raise') BEGIN SELECT CASE NEW.title WHEN 'skip' THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'no') END; END`,
			`CREATE TRIGGER boss AFTER UPDATE ON staff WHEN NEW.title = 'boss' AND NEW.left_at IS NOT NULL BEGIN UPDATE staff SET left_at = NULL WHERE id = NEW.id; END`,
			`CREATE TRIGGER removed BEFORE DELETE ON staff WHEN OLD.title IN ('soft', 'keep') BEGIN
UPDATE staff SET left_at = '2026-01-01' WHERE id = OLD.id AND OLD.title = 'soft'; SELECT RAISE(IGNORE); END`,
		}
	}
	return []string{
		`CREATE FUNCTION changed() RETURNS trigger AS $$ BEGIN
IF TG_OP = 'DELETE' THEN
  IF OLD.title = 'soft' THEN UPDATE staff SET left_at = '2026-01-01' WHERE id = OLD.id; END IF;
  IF OLD.title IN ('soft', 'keep') THEN RETURN NULL; END IF;
  RETURN OLD;
END IF;
IF NEW.title = 'skip' THEN RETURN NULL; END IF;
IF NEW.title = 'raise' THEN RAISE EXCEPTION 'no'; END IF;
IF NEW.title = 'boss' THEN NEW.left_at := NULL; END IF;
RETURN NEW; END $$ LANGUAGE plpgsql`,
		`CREATE TRIGGER changed BEFORE INSERT OR UPDATE OR DELETE ON staff FOR EACH ROW EXECUTE FUNCTION changed()`,
	}
}

// TestDisobeyed: a change that the application's triggers leave out, refuse or undo is refused, and never acknowledged: a
// user who was deactivated or removed is not active.
func TestDisobeyed(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		var reports []string
		sqlstore.SetReport(d, func(err error) { reports = append(reports, err.Error()) })
		ctx, acme := t.Context(), tenantID(t, "acme")
		s, _ := made(t, d, sqlstore.Table("staff",
			sqlstore.Column("login").To("userName"), sqlstore.Column("title").To("title"),
			sqlstore.Column("left_at").To("active").Null(true).As(
				func(any) (any, error) { return false, nil },
				func(any) (any, error) { return "2026-01-01", nil }),
		), append([]string{`CREATE TABLE staff (id TEXT PRIMARY KEY, login TEXT, title TEXT, left_at TEXT, scim TEXT)`}, rulesOf(d)...)...)
		put := func(n int, title, active string, want bool) {
			t.Helper()
			c := newUser(n, "u", at)
			c.Keys, c.If = nil, scim.IfAny
			if _, err := s.Get(ctx, acme, "User", userID(n)); errors.Is(err, scim.ErrNotFound) {
				c.If = scim.IfAbsent
			}
			c.Put.Document = document("u", `,"title":"`+title+`","active":`+active)
			_, err := s.Commit(ctx, acme, c)
			var fault *schema.Fault
			if (err == nil) != want || !want && (!errors.As(err, &fault) || scim.AsError(err).Status != 400) {
				t.Errorf("%d %s %s: %v", n, title, active, err)
			}
		}
		remove := func(n int, want bool) {
			t.Helper()
			_, err := s.Commit(ctx, acme, scim.Change{Type: "User", ID: userID(n), If: scim.IfAny, Remove: true, Now: at})
			if (err == nil) != want || !want && scim.AsError(err).Status != 400 {
				t.Errorf("removal of %d: %v", n, err)
			}
			now, _ := s.Get(ctx, acme, "User", userID(n))
			if want && now.Active() {
				t.Errorf("%d is active after its removal: %s", n, now.Document)
			}
		}
		put(1, "skip", "true", false)
		put(1, "raise", "true", false)
		put(1, "boss", "true", true)
		put(1, "boss", "false", false)
		put(1, "skip", "false", false)
		put(1, "raise", "false", false)
		put(1, "other", "false", true)
		put(1, "boss", "false", false)
		remove(1, true)
		put(4, "other", "true", true)
		put(4, "skip", "true", false)
		put(2, "soft", "true", true)
		remove(2, true)
		put(3, "keep", "true", true)
		remove(3, false)
		put(3, "keep", "false", true)
		remove(3, true)
		if n := len(slices.DeleteFunc(reports, func(r string) bool { return !strings.Contains(r, "map a view") })); n != 2 {
			t.Errorf("%q", reports)
		}
	})
}
