package dynamo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// unkind is a bubble in which transactions hold their items for a time, writes that meet a held item
// conflict, and a partition key takes a number of units per second, in the table and in the index.
type unkind struct {
	engine http.Handler
	hold   func() time.Duration // nil: nothing is held
	query  time.Duration        // how long a Query takes
	writes float64              // units per second of one partition key; 0: no bound

	mu      sync.Mutex
	held    map[string]bool
	buckets map[string]*bucket
	calls   map[string]int
}

type bucket struct {
	left float64
	at   time.Time
}

// someMilliseconds is between 5 and 8 ms.
func someMilliseconds() time.Duration { return 5*time.Millisecond + rand.N(3*time.Millisecond) }

type value struct{ S string }

type writeOp struct {
	Key, Item map[string]value
}

func (w writeOp) names() (pk, sk string) {
	k := w.Key
	if k == nil {
		k = w.Item
	}
	return k["PK"].S, k["SK"].S
}

func (u *unkind) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	serve := func() *http.Response {
		in := r.Clone(r.Context())
		in.Body = io.NopCloser(bytes.NewReader(body))
		w := httptest.NewRecorder()
		u.engine.ServeHTTP(w, in)
		return w.Result()
	}
	u.mu.Lock()
	if u.calls == nil {
		u.calls, u.held, u.buckets = map[string]int{}, map[string]bool{}, map[string]*bucket{}
	}
	u.calls[op]++
	u.mu.Unlock()
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	switch op {
	case "TransactWriteItems":
		return u.transact(body, serve)
	case "PutItem", "UpdateItem", "DeleteItem":
		var w writeOp
		_ = json.Unmarshal(body, &w)
		time.Sleep(latency)
		if code := u.single(w); code != "" {
			return answerOf(http.StatusBadRequest, fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"x"}`, code)), nil
		}
		return serve(), nil
	case "Query":
		time.Sleep(u.query)
	}
	time.Sleep(latency)
	return serve(), nil
}

// single is the error of a write of one item, or "".
func (u *unkind) single(w writeOp) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	pk, sk := w.names()
	if u.held[pk+"\x00"+sk] {
		return "TransactionConflictException"
	}
	charged := []string{pk}
	if strings.Contains(pk, "#M#") {
		index := w.Item["GSI1PK"].S
		if index == "" {
			index = "index"
		}
		charged = append(charged, index)
	}
	if u.writes > 0 && !u.take(charged) {
		return "ProvisionedThroughputExceededException"
	}
	return ""
}

func (u *unkind) take(keys []string) bool {
	now := time.Now()
	for _, k := range keys {
		b := u.buckets[k]
		if b == nil {
			b = &bucket{u.writes, now}
			u.buckets[k] = b
		}
		b.left, b.at = min(u.writes, b.left+u.writes*now.Sub(b.at).Seconds()), now
		if b.left < 1 {
			return false
		}
	}
	for _, k := range keys {
		u.buckets[k].left--
	}
	return true
}

// transact holds the items while the transaction lasts.
func (u *unkind) transact(body []byte, serve func() *http.Response) (*http.Response, error) {
	if u.hold == nil {
		time.Sleep(latency)
		return serve(), nil
	}
	var in struct{ TransactItems []map[string]writeOp }
	_ = json.Unmarshal(body, &in)
	mine, reasons, conflict := map[string]bool{}, make([]string, len(in.TransactItems)), false
	u.mu.Lock()
	for i, action := range in.TransactItems {
		reasons[i] = `{"Code":"None"}`
		for _, w := range action {
			pk, sk := w.names()
			if mine[pk+"\x00"+sk] = true; u.held[pk+"\x00"+sk] {
				reasons[i], conflict = `{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}`, true
			}
		}
	}
	if !conflict {
		maps.Copy(u.held, mine)
	}
	u.mu.Unlock()
	if conflict {
		time.Sleep(latency)
		return answerOf(http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"x","CancellationReasons":[`+strings.Join(reasons, ",")+`]}`), nil
	}
	d := u.hold()
	time.Sleep(d / 2)
	out := serve()
	time.Sleep(d / 2)
	u.mu.Lock()
	for k := range mine {
		delete(u.held, k)
	}
	u.mu.Unlock()
	return out, nil
}

func answerOf(status int, body string) *http.Response {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	return w.Result()
}
