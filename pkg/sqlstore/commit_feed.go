package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// feedPart is how many entries one statement writes.
const feedPart = 50

const (
	// tellSQL writes one entry with the numbers that follow the last ones: no other write of the tenant
	// comes between, because writes of a tenant wait for each other.
	tellSQL = `INSERT INTO scim_feed (tenant, last, first, expires, entry, prior, document, member_of)
SELECT $1, n.last + $2, n.last + 1, $3, $4, $5, $6, MEMBER_OF
FROM (SELECT COALESCE(MAX(last), 0) AS last FROM scim_feed WHERE tenant = $1) n`
	lastSQL     = `SELECT COALESCE(MAX(last), 0) FROM scim_feed WHERE tenant = $1`
	tellManySQL = `INSERT INTO scim_feed (tenant, last, first, expires, entry, prior, document, member_of)
SELECT $1, CAST(j.value->>0 AS BIGINT), CAST(j.value->>1 AS BIGINT), $2, j.value->>2, j.value->>3, j.value->>4, NULL FROM ROWS($3) WHERE 1 = 1`
	// ownGroups are the groups of the resource that an entry is about.
	ownGroups = `(SELECT AGG(e.group_id) FROM scim_member e BY(scim_member_of) WHERE e.tenant = $1 AND e.id = $7)`
)

// tell keeps an entry until the change is written.
func (w *commit) tell(e scim.Entry) {
	if w.d.keep.Age > 0 {
		e.Actor = w.c.Actor
		e.Time = timeOf(micros(w.c.Now))
		w.entries = append(w.entries, e)
	}
}

// tellOwn keeps the entry of the resource of the change.
func (w *commit) tellOwn(now *scim.Resource, m moved) {
	e := scim.Entry{Type: w.c.Type, ID: w.c.ID, Own: w.c.Put != nil || w.c.Remove, After: now, Joined: m.joined, Left: m.left}
	if e.Own {
		e.Before = w.old
	}
	w.tell(e)
}

// writeEntries writes what was told. The groups of a resource are read by the same statement.
func (w *commit) writeEntries(ctx context.Context) error {
	if len(w.entries) == 0 {
		return nil
	}
	expires := w.d.now().Add(w.d.keep.Age).Unix()
	if len(w.entries) == 1 {
		list := scim.AppendEntries(nil, 0, w.entries[0])
		if e := &list[0]; len(list) == 1 {
			groups, args := "NULL", []any{w.tenant, e.Last, expires, packEntry(e), documentOf(e.Before), documentOf(e.After)}
			if e.Groups == nil && e.Own && e.Before != nil && e.After != nil {
				groups, args = ownGroups, append(args, e.ID)
			}
			_, err := w.Exec(ctx, strings.Replace(tellSQL, "MEMBER_OF", groups, 1), args...)
			return err
		}
	}
	return w.writeMany(ctx, expires)
}

// writeMany writes several entries.
func (w *commit) writeMany(ctx context.Context, expires int64) error {
	var last int64
	if err := w.Row(ctx, []any{&last}, lastSQL, w.tenant); err != nil {
		return err
	}
	var list []scim.Entry
	for _, e := range w.entries {
		if e.Groups == nil && e.Own && e.Before != nil && e.After != nil {
			groups, err := w.groupsNow(ctx, e.ID)
			if err != nil {
				return err
			}
			e.Groups = groups
		}
		list = scim.AppendEntries(list, last, e)
		last = list[len(list)-1].Last
	}
	for part := range slices.Chunk(list, feedPart) {
		rows := make([][]any, len(part))
		for i := range part {
			e := &part[i]
			rows[i] = []any{e.Last, e.First, packEntry(e), nullable(documentOf(e.Before)), nullable(documentOf(e.After))}
		}
		if _, err := w.Exec(ctx, tellManySQL, w.tenant, expires, jsonOf(rows)); err != nil {
			return err
		}
	}
	return nil
}

// groupsNow are the groups of a resource, ascending.
func (w *commit) groupsNow(ctx context.Context, id string) (groups []string, err error) {
	err = w.Rows(ctx, func(scan func(...any) error) error {
		var typ, g string
		err := scan(&typ, &g)
		groups = append(groups, g)
		return err
	}, groupsSQL, w.tenant, id)
	slices.Sort(groups)
	return groups, err
}

func documentOf(r *scim.Resource) sql.NullString {
	if r == nil {
		return sql.NullString{}
	}
	return sql.NullString{String: string(r.Document), Valid: true}
}

func nullable(s sql.NullString) any {
	if s.Valid {
		return s.String
	}
	return nil
}

// packed entries have short names: there is one for each write.
type packedEntry struct {
	Time   int64           `json:"t"`
	Type   string          `json:"y"`
	ID     string          `json:"i"`
	Own    bool            `json:"o,omitempty"`
	Before *packedResource `json:"b,omitempty"`
	After  *packedResource `json:"a,omitempty"`
	Left   [][3]string     `json:"l,omitempty"`
	Joined [][3]string     `json:"j,omitempty"`
	Groups []string        `json:"g,omitempty"`
	Cause  *[2]string      `json:"c,omitempty"`
	Actor  [5]string       `json:"w,omitempty"`
}

// packedResource is a resource without its document.
type packedResource struct {
	External string `json:"e,omitempty"`
	Version  int64  `json:"v"`
	Created  int64  `json:"c"`
	Modified int64  `json:"m"`
}

// packEntry is the content of an entry, without its numbers and documents.
func packEntry(e *scim.Entry) string {
	a := e.Actor
	p := packedEntry{
		Time: micros(e.Time), Type: e.Type, ID: e.ID, Own: e.Own, Before: packResource(e.Before), After: packResource(e.After),
		Left: packMembers(e.Left), Joined: packMembers(e.Joined), Groups: e.Groups, Actor: [5]string{a.Token, a.IdP, a.Agent, a.Operator, a.RequestID},
	}
	if e.Cause.ID != "" {
		p.Cause = &[2]string{e.Cause.Type, e.Cause.ID}
	}
	return jsonOf(p)
}

func packResource(r *scim.Resource) *packedResource {
	if r == nil {
		return nil
	}
	return &packedResource{External: r.ExternalID, Version: r.Version, Created: micros(r.Created), Modified: micros(r.LastModified)}
}

func packMembers(list []scim.Member) (out [][3]string) {
	for _, m := range list {
		out = append(out, [3]string{m.ID, m.Type, m.Display})
	}
	return out
}

// entry is the entry of a packed one.
func (p *packedEntry) entry(first, last int64, prior, document sql.NullString) scim.Entry {
	e := scim.Entry{
		First: first, Last: last, Time: timeOf(p.Time), Type: p.Type, ID: p.ID, Own: p.Own, Groups: p.Groups,
		Before: p.Before.resource(p, prior), After: p.After.resource(p, document), Left: unpackMembers(p.Left), Joined: unpackMembers(p.Joined),
		Actor: scim.Actor{Token: p.Actor[0], IdP: p.Actor[1], Agent: p.Actor[2], Operator: p.Actor[3], RequestID: p.Actor[4]},
	}
	if p.Cause != nil {
		e.Cause = scim.Ref{Type: p.Cause[0], ID: p.Cause[1]}
	}
	return e
}

func (r *packedResource) resource(p *packedEntry, document sql.NullString) *scim.Resource {
	if r == nil {
		return nil
	}
	return &scim.Resource{Type: p.Type, ID: p.ID, ExternalID: r.External, Version: r.Version,
		Created: timeOf(r.Created), LastModified: timeOf(r.Modified), Document: []byte(document.String)}
}

func unpackMembers(list [][3]string) (out []scim.Member) {
	for _, m := range list {
		out = append(out, scim.Member{ID: m[0], Type: m[1], Display: m[2]})
	}
	return out
}

// moved is who has joined and left a group.
type moved struct{ joined, left []scim.Member }

func (m moved) none() bool { return len(m.joined)+len(m.left) == 0 }

// retained is how long entries are kept.
func retained(r scim.Retention) scim.Retention {
	if r.Age == 0 {
		r.Age = scim.DefaultAge
	}
	r.Age = max(r.Age, -time.Second)
	return r
}
