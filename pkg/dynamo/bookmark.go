package dynamo

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// bookmarkLife is how long a sequential reader may take between two pages.
const bookmarkLife = 15 * time.Minute

// mark remembers where a page begins: the offset of its first resource, behind which id it
// is, and the total that was told.
type mark struct {
	offset int
	after  string
	total  int
}

// marking holds the bookmarks that are being written: the page that one belongs to may be
// asked for before the write is through.
type marking struct {
	mu   sync.Mutex
	busy map[key]chan struct{}
}

// bookmark finds the nearest bookmark at or before an offset.
func (s *Store) bookmark(ctx context.Context, t scim.TenantID, typ string, offset int) (mark, bool, error) {
	s.marks.wait(ctx, bookmarkKey(t, typ, offset))
	at := bookmarkKey(t, typ, offset)
	out, err := s.queryPage(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("PK = :p AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(at.pk), ":from": str(bookmarkKey(t, typ, 0).sk), ":to": str(at.sk)},
	})
	if err != nil || len(out.Items) == 0 || numberOf(out.Items[0], "ttl") <= s.o.Now().Unix() {
		return mark{}, false, err
	}
	it := out.Items[0]
	return mark{offset: int(numberOf(it, "at")), after: textOf(it, "after"), total: int(numberOf(it, "total"))}, true, nil
}

// leaveBookmark is a courtesy to the next page, written while this one is answered. If it
// fails, the next page counts its way.
func (s *Store) leaveBookmark(ctx context.Context, t scim.TenantID, typ string, m mark) {
	k := bookmarkKey(t, typ, m.offset)
	done := s.marks.begin(k)
	if done == nil {
		return // the same bookmark is just being written
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	it := k.item()
	it["at"], it["after"], it["total"] = num(int64(m.offset)), str(m.after), num(int64(m.total))
	it["ttl"] = num(s.o.Now().Add(bookmarkLife).Unix())
	async.Go(func() error {
		defer cancel()
		defer done()
		_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it})
		return err
	})
}

// begin registers a write and returns what ends it, or nil if there is one already.
func (m *marking) begin(k key) func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.busy[k] != nil {
		return nil
	}
	if m.busy == nil {
		m.busy = map[key]chan struct{}{}
	}
	ch := make(chan struct{})
	m.busy[k] = ch
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.busy, k)
		close(ch)
	}
}

// wait returns when no write of the bookmark is under way in this process.
func (m *marking) wait(ctx context.Context, k key) {
	m.mu.Lock()
	ch := m.busy[k]
	m.mu.Unlock()
	if ch == nil {
		return
	}
	select {
	case <-ch:
	case <-ctx.Done():
	}
}
