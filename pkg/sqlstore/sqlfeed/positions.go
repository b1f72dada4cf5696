package sqlfeed

import (
	"context"
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// Positions implements feed.Positions. It is safe for concurrent use, by several processes too. Their clocks
// must agree to less than a lease.
type Positions struct {
	db  *sqlstore.Database
	now func() time.Time
}

var _ feed.Positions = (*Positions)(nil)

// New returns the positions in a database. now is the clock of leases, time.Now if it is nil.
func New(db *sqlstore.Database, now func() time.Time) *Positions {
	if now == nil {
		now = time.Now
	}
	return &Positions{db, now}
}

// never is the number of a place of which nothing has been kept.
const never = -1

const (
	takeSQL = `INSERT INTO scim_consumer AS c (tenant, name, seq, owner, until) VALUES ($1, $2, -1, $3, $4)
ON CONFLICT (tenant, name) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE c.owner = excluded.owner OR c.until <= $5 OR c.until > $6` // as feed.Held says
	seqSQL    = `SELECT seq FROM scim_consumer WHERE tenant = $1 AND name = $2`
	moveSQL   = `UPDATE scim_consumer SET seq = $4, until = $5 WHERE tenant = $1 AND name = $2 AND owner = $3`
	leaveSQL  = `UPDATE scim_consumer SET owner = '', until = 0 WHERE tenant = $1 AND name = $2 AND owner = $3`
	letterSQL = `INSERT INTO scim_letter (tenant, name, seq, letter) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, name, seq) DO UPDATE SET letter = excluded.letter`
	lettersSQL = `SELECT letter FROM scim_letter WHERE tenant = $1 AND name = $2 AND seq > $3 ORDER BY seq LIMIT $4`
	forgetSQL  = `DELETE FROM scim_letter WHERE tenant = $1 AND name = $2 AND seq = $3`
)

// Take implements feed.Positions.
func (ps *Positions) Take(ctx context.Context, p feed.Place, owner string, lease time.Duration) (at feed.Position, err error) {
	err = ps.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		now := ps.now()
		n, err := tx.Exec(ctx, takeSQL, p.Tenant.String(), p.Consumer, owner, now.Add(lease).UnixMicro(), now.UnixMicro(), now.Add(2*lease).UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			return feed.ErrTaken
		}
		at = feed.Position{}
		err = tx.Row(ctx, []any{&at.Seq}, seqSQL, p.Tenant.String(), p.Consumer)
		if at.Seq == never {
			at = feed.Position{New: true}
		}
		return err
	})
	return at, err
}

// Move implements feed.Positions.
func (ps *Positions) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	return ps.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		n, err := tx.Exec(ctx, moveSQL, p.Tenant.String(), p.Consumer, owner, to.Seq, ps.now().Add(to.Lease).UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			return feed.ErrTaken
		}
		if to.Letter == nil {
			return nil
		}
		b, err := json.Marshal(to.Letter)
		if err == nil {
			_, err = tx.Exec(ctx, letterSQL, p.Tenant.String(), p.Consumer, to.Letter.Seq, string(b))
		}
		return err
	})
}

// Leave implements feed.Positions.
func (ps *Positions) Leave(ctx context.Context, p feed.Place, owner string) error {
	return ps.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(ctx, leaveSQL, p.Tenant.String(), p.Consumer, owner)
		return err
	})
}

// Letters implements feed.Positions.
func (ps *Positions) Letters(ctx context.Context, p feed.Place, after int64, limit int) (out []feed.DeadLetter, err error) {
	err = ps.db.Rows(ctx, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		var l feed.DeadLetter
		err := json.Unmarshal([]byte(text), &l)
		out = append(out, l)
		return err
	}, lettersSQL, p.Tenant.String(), p.Consumer, after, limit)
	return out, err
}

// Forget implements feed.Positions.
func (ps *Positions) Forget(ctx context.Context, p feed.Place, seqs ...int64) error {
	if len(seqs) == 0 {
		return nil
	}
	return ps.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for _, seq := range seqs {
			if _, err := tx.Exec(ctx, forgetSQL, p.Tenant.String(), p.Consumer, seq); err != nil {
				return err
			}
		}
		return nil
	})
}
