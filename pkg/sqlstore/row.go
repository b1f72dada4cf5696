package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// columns are those of a resource r, in the order of row.
const columns = `r.id, r.external_id, r.version, r.created, r.modified, r.document, r.hidden`

// groupsOf are the groups of a resource r, as one JSON array.
const groupsOf = `(SELECT AGG(e.group_id) FROM scim_member e WHERE e.tenant = $1 AND e.id = r.id)`

// row is a resource as read. All columns may be NULL, because totals come with a page of no rows.
type row struct {
	id, external, document, hidden sql.NullString
	version, created, modified     sql.NullInt64
}

func (r *row) to() []any {
	return []any{&r.id, &r.external, &r.version, &r.created, &r.modified, &r.document, &r.hidden}
}

func (r *row) resource(typ string) *scim.Resource {
	out := &scim.Resource{
		Type: typ, ID: r.id.String, ExternalID: unpacked(r.external.String), Version: r.version.Int64,
		Created: timeOf(r.created.Int64), LastModified: timeOf(r.modified.Int64), Document: []byte(r.document.String),
	}
	if r.hidden.Valid {
		out.Hidden = []byte(r.hidden.String)
	}
	return out
}

// idsIn reads a JSON array of ids, ascending.
func idsIn(s sql.NullString) ([]string, error) {
	if !s.Valid || s.String == "[]" {
		return nil, nil
	}
	var ids []string
	if err := json.Unmarshal([]byte(s.String), &ids); err != nil {
		return nil, fmt.Errorf("a list of groups: %w", err)
	}
	slices.Sort(ids)
	return ids, nil
}
