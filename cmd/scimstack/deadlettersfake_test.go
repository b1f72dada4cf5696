package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeQueue is a queue of Amazon SQS, as far as the command uses it: the JSON protocol, and messages that
// a reader hides for a while.
type fakeQueue struct {
	URL string

	mu       sync.Mutex
	messages []*fakeMessage
	policy   string         // RedrivePolicy
	lose     int            // how many of the next answers with messages are lost on the way
	later    time.Duration  // how long the first of these answers takes to be lost
	lapses   int            // how many of the next answers hide nothing
	late     string         // the body of a message that comes when a reader has found none
	calls    map[string]int // by operation
	receipts int
}

type fakeMessage struct {
	id, body, receipt string
	hidden            time.Time
	received          int
}

func startQueue(t *testing.T) *fakeQueue {
	t.Helper()
	q := &fakeQueue{calls: map[string]int{}}
	server := httptest.NewUnstartedServer(q)
	server.Config.SetKeepAlivesEnabled(false) // a connection that is used again may be closing: that would be one more lost answer
	server.Start()
	t.Cleanup(server.Close)
	q.with(func() { q.URL = server.URL + "/000000000000/dead" })
	return q
}

// with calls f while no request is handled.
func (q *fakeQueue) with(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f()
}

// send puts a message into the queue.
func (q *fakeQueue) send(body string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, &fakeMessage{id: fmt.Sprintf("message-%d", len(q.messages)), body: body})
}

// visible is the number of messages that a reader would get now, and that of all.
func (q *fakeQueue) visible() (now, all int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if m.hidden.Before(time.Now()) {
			now++
		}
	}
	return now, len(q.messages)
}

// show makes all messages visible: a command that was cut off leaves them hidden for a time.
func (q *fakeQueue) show() {
	q.with(func() {
		for _, m := range q.messages {
			m.hidden = time.Time{}
		}
	})
}

type queueCall struct {
	QueueUrl, ReceiptHandle string
	MaxNumberOfMessages     int
	VisibilityTimeout       int
	Entries                 []struct {
		Id, ReceiptHandle string
		VisibilityTimeout int
	}
}

func (q *fakeQueue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, op, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	var in queueCall
	if err := json.NewDecoder(r.Body).Decode(&in); !ok || err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	q.calls[op]++
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if in.QueueUrl != q.URL {
		w.Header().Set("X-Amzn-Query-Error", "AWS.SimpleQueueService.NonExistentQueue;Sender")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`)
		return
	}
	answer, _ := json.Marshal(q.answer(op, in))
	if op == "ReceiveMessage" && q.lose > 0 {
		q.lose--
		time.Sleep(q.later)
		q.later = 0
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close() // a fault that the SDK would try again
		}
		return
	}
	_, _ = w.Write(answer)
}

func (q *fakeQueue) answer(op string, in queueCall) any {
	switch op {
	case "GetQueueAttributes":
		hidden := 0
		for _, m := range q.messages {
			if m.hidden.After(time.Now()) {
				hidden++
			}
		}
		out := map[string]string{"ApproximateNumberOfMessagesNotVisible": fmt.Sprint(hidden)}
		if q.policy != "" {
			out["RedrivePolicy"] = q.policy
		}
		return map[string]any{"Attributes": out}
	case "ReceiveMessage":
		list := q.receive(in)
		if len(list) == 0 && q.late != "" {
			q.messages = append(q.messages, &fakeMessage{id: "late", body: q.late})
			q.late, list = "", q.receive(in)
		}
		if q.lapses > 0 {
			q.lapses--
			for _, m := range q.messages {
				m.hidden = time.Time{}
			}
		}
		return map[string]any{"Messages": list}
	case "DeleteMessage":
		for i, m := range q.messages {
			if m.receipt == in.ReceiptHandle {
				q.messages = append(q.messages[:i], q.messages[i+1:]...)
				break
			}
		}
	case "ChangeMessageVisibilityBatch":
		done := []map[string]string{}
		for _, e := range in.Entries {
			for _, m := range q.messages {
				if m.receipt == e.ReceiptHandle {
					m.hidden = time.Now().Add(time.Duration(e.VisibilityTimeout) * time.Second)
					done = append(done, map[string]string{"Id": e.Id})
				}
			}
		}
		return map[string]any{"Successful": done, "Failed": []any{}}
	}
	return map[string]any{}
}

func (q *fakeQueue) receive(in queueCall) []map[string]any {
	out := []map[string]any{}
	for _, m := range q.messages {
		if len(out) == in.MaxNumberOfMessages {
			break
		}
		if m.hidden.After(time.Now()) {
			continue
		}
		q.receipts++
		m.received++
		m.receipt, m.hidden = fmt.Sprintf("receipt-%d", q.receipts), time.Now().Add(time.Duration(in.VisibilityTimeout)*time.Second)
		sum := md5.Sum([]byte(m.body)) // the protocol's checksum
		out = append(out, map[string]any{"MessageId": m.id, "ReceiptHandle": m.receipt, "Body": m.body, "MD5OfBody": hex.EncodeToString(sum[:])})
	}
	return out
}
