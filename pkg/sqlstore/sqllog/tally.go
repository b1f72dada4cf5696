package sqllog

import (
	"context"
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Causes of rows that are no failures. No code of a failure has this form.
const (
	causeReads  = "<reads"
	causeWrites = "<writes"
)

const (
	addTalliesSQL = `INSERT INTO scim_tally (tenant, hour, key_id, cause, n, last, worked, idp)
SELECT $1, CAST(j.value->>0 AS BIGINT), j.value->>1, j.value->>2, CAST(j.value->>3 AS BIGINT), CAST(j.value->>4 AS BIGINT), CAST(j.value->>5 AS BIGINT), j.value->>6
FROM ROWS($2) WHERE 1 = 1
ON CONFLICT (tenant, hour, key_id, cause) DO UPDATE SET n = scim_tally.n + excluded.n,
last = CASE WHEN excluded.last > scim_tally.last THEN excluded.last ELSE scim_tally.last END,
worked = CASE WHEN excluded.worked > scim_tally.worked THEN excluded.worked ELSE scim_tally.worked END,
idp = CASE WHEN excluded.idp <> '' AND excluded.last >= scim_tally.last OR scim_tally.idp = '' THEN excluded.idp ELSE scim_tally.idp END`

	talliesSQL = `SELECT hour, key_id, cause, n, last, worked, idp FROM scim_tally WHERE tenant = $1 AND hour >= $2 ORDER BY hour, key_id, cause`
)

// tallyRows returns the rows of some tallies of one tenant, each key once, as JSON; null if there are none.
func tallyRows(tallies []activity.Tally) ([]byte, error) {
	var out [][]any
	for _, t := range activity.MergeTallies(tallies) {
		if !keepable(t.Key) || !keepable(t.IdP) {
			continue // no key id and no name has this form
		}
		row := func(cause string, n int) {
			if n != 0 && keepable(cause) {
				out = append(out, []any{t.Hour.Unix(), t.Key, cause, n, micros(t.Last), micros(t.Worked), t.IdP})
			}
		}
		row(causeReads, t.Reads)
		row(causeWrites, t.Writes)
		for cause, n := range t.Failed {
			row(cause, n)
		}
	}
	return json.Marshal(out)
}

func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

func timeOf(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// Tallies implements activity.Counter.
func (l *Log) Tallies(ctx context.Context, t scim.TenantID, from time.Time) ([]activity.Tally, error) {
	var out []activity.Tally
	err := l.db.Rows(ctx, func(scan func(...any) error) error {
		var hour, last, worked int64
		var key, cause, idp string
		var n int
		if err := scan(&hour, &key, &cause, &n, &last, &worked, &idp); err != nil {
			return err
		}
		one := activity.Tally{Tenant: t, Hour: time.Unix(hour, 0).UTC(), Key: key, IdP: idp, Last: timeOf(last), Worked: timeOf(worked)}
		switch cause {
		case causeReads:
			one.Reads = n
		case causeWrites:
			one.Writes = n
		default:
			one.Failed = map[string]int{cause: n}
		}
		if end := len(out) - 1; end >= 0 && out[end].Hour.Equal(one.Hour) && out[end].Key == key {
			out[end].Add(one)
			return nil
		}
		out = append(out, one)
		return nil
	}, talliesSQL, t.String(), activity.HourOf(from).Unix())
	return out, err
}
