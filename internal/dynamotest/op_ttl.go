package dynamotest

import (
	"strconv"
	"time"
)

// oldestTTL is how far in the past a time to live may be. The service ignores older ones.
const oldestTTL = 5 * 365 * 24 * time.Hour

// ttlInput are the parameters of UpdateTimeToLive.
type ttlInput struct {
	TableName               string
	TimeToLiveSpecification *struct {
		AttributeName string
		Enabled       bool
	}
}

func (e *Engine) updateTTL(in *ttlInput, _ Fault) (any, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, errTable(in.TableName, err)
	}
	s := in.TimeToLiveSpecification
	switch {
	case s == nil || s.AttributeName == "":
		return nil, invalid("1 validation error detected: Value null at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must not be null")
	case s.Enabled && t.ttl != "":
		return nil, invalid("TimeToLive is already enabled")
	case !s.Enabled && t.ttl == "":
		return nil, invalid("TimeToLive is already disabled")
	case !s.Enabled && t.ttl != s.AttributeName:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.ttl)
	}
	if t.ttl = ""; s.Enabled {
		t.ttl = s.AttributeName
	}
	return map[string]any{"TimeToLiveSpecification": s}, nil
}

func (e *Engine) describeTTL(in *tableInput, _ Fault) (any, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, errTable(in.TableName, err)
	}
	d := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if t.ttl != "" {
		d = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": t.ttl}
	}
	return map[string]any{"TimeToLiveDescription": d}, nil
}

// Expire deletes the expired items of all tables and returns their number. The service does so some
// time after the expiry; until then queries return these items. The stream records have the
// service as their user.
func (e *Engine) Expire(now time.Time) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, t := range e.tables {
		if t.ttl == "" {
			continue
		}
		var dead []item
		for r := range t.rows.all(nil) {
			if it := r.it.item(); t.expired(it, now) {
				dead = append(dead, it)
			}
		}
		for _, it := range dead {
			e.commit(t, it, nil, true)
		}
		n += len(dead)
	}
	return n
}

func (t *table) expired(it item, now time.Time) bool {
	v, ok := it[t.ttl]
	if !ok || v.t != "N" {
		return false
	}
	f, err := strconv.ParseFloat(v.n.String(), 64)
	if err != nil {
		return false
	}
	at := time.Unix(int64(f), 0)
	return at.Before(now) && now.Sub(at) < oldestTTL
}
