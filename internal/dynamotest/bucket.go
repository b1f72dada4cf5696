package dynamotest

import "time"

// bucketKey is one partition key of a table, or of an index.
type bucketKey struct{ table, index, part string }

// bucket has the units that a partition key has left. A request is admitted while there are some,
// and may take more than there are: the key then pays the debt before it admits another one. The
// rate over a second is thus exact, and a page or a transaction of any size passes.
type bucket struct {
	read, write tokens
	throttled   int
}

// tokens are the units of one kind.
type tokens struct {
	spent float64 // below the full bucket; more than the bucket holds is a debt
	used  float64 // in all
	at    time.Time
}

// refill adds what has come in since the last call.
func (t *tokens) refill(rate float64, now time.Time) {
	if past := now.Sub(t.at); past > 0 {
		t.spent = max(0, t.spent-rate*past.Seconds())
		t.at = now
	}
}

func (w *walls) bucket(k bucketKey) *bucket {
	b := w.buckets[k]
	if b == nil {
		b = &bucket{}
		w.buckets[k] = b
	}
	now := w.Now()
	b.read.refill(w.ReadUnits, now)
	b.write.refill(w.WriteUnits, now)
	return b
}

// dry reports whether a key that a request uses has no units left.
func (w *walls) dry(c *capacity) bool {
	if w == nil {
		return false
	}
	full, empty := w.Burst.Seconds(), false
	for k, u := range c.keys {
		b := w.bucket(k)
		if u.write > 0 && w.WriteUnits > 0 && b.write.spent >= w.WriteUnits*full ||
			u.read > 0 && w.ReadUnits > 0 && b.read.spent >= w.ReadUnits*full {
			b.throttled++
			empty = true
		}
	}
	return empty
}

// charge takes the units of a request from its keys.
func (w *walls) charge(c *capacity) {
	if w == nil {
		return
	}
	for k, u := range c.keys {
		b := w.bucket(k)
		b.read.take(u.read)
		b.write.take(u.write)
	}
}

func (t *tokens) take(units float64) {
	t.spent += units
	t.used += units
}

// admit returns the error of a request that a dry key refuses.
func (e *Engine) admit(c *capacity) error {
	if e.walls.dry(c) {
		return errThroughput()
	}
	return nil
}
