package dynamo

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
)

// bookmarkLife is the longest time between two pages for which a bookmark is kept.
const bookmarkLife = 15 * time.Minute

// bookmark says where a page of a list begins.
type bookmark struct {
	offset int    // of the first resource of the page
	after  string // the page begins with the next higher id
	// generation is that of the counter when the page before was read. A removal moves the
	// resources after it, so it voids the bookmarks of older generations.
	generation int64
}

// findBookmark returns the nearest bookmark at or before an offset.
func (l *listing) findBookmark(ctx context.Context, offset int) (bookmark, bool, error) {
	at := bookmarkKey(l.t, l.typ, offset)
	l.s.bookmarks.wait(ctx, at)
	out, err := l.s.queryPage(ctx, &dynamodb.QueryInput{
		TableName: &l.s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1),
		KeyConditionExpression:    aws.String("PK = :p AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(at.pk), ":from": str(bookmarkKey(l.t, l.typ, 0).sk), ":to": str(at.sk)},
	})
	if err != nil || len(out.Items) == 0 || numberOf(out.Items[0], attrTTL) <= l.s.o.Now().Unix() {
		return bookmark{}, false, err
	}
	it := out.Items[0]
	return bookmark{offset: int(numberOf(it, "at")), after: stringOf(it, "after"), generation: numberOf(it, attrGeneration)}, true, nil
}

// leaveBookmark writes a bookmark for the next page, while this page is answered. A failure
// costs only time: the next page is then found by counting.
func (l *listing) leaveBookmark(ctx context.Context, b bookmark) {
	k := bookmarkKey(l.t, l.typ, b.offset)
	done := l.s.bookmarks.begin(k)
	if done == nil {
		return // the same bookmark is already being written
	}
	it := k.item()
	it["at"], it["after"], it[attrGeneration] = num(int64(b.offset)), str(b.after), num(b.generation)
	it[attrTTL] = num(l.s.o.Now().Add(bookmarkLife).Unix())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	async.Go(func() error {
		defer cancel()
		defer done()
		err := async.Each(ctx, 1, []item{it}, func(ctx context.Context, it item) error { // a panic is an error here
			_, err := l.s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &l.s.table, Item: it})
			return err
		})
		l.s.unanswered(ctx, "leave a bookmark", err)
		return err
	})
}

// bookmarkWrites are the bookmarks that this process is writing. A client may ask for the next
// page before its bookmark is stored.
type bookmarkWrites struct {
	mu   sync.Mutex
	busy map[key]chan struct{}
}

// begin registers a write and returns the function that ends it, or nil if the same bookmark
// is already being written.
func (w *bookmarkWrites) begin(k key) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy[k] != nil {
		return nil
	}
	if w.busy == nil {
		w.busy = map[key]chan struct{}{}
	}
	ch := make(chan struct{})
	w.busy[k] = ch
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.busy, k)
		close(ch)
	}
}

// wait returns when this process is not writing the bookmark, or when ctx ends.
func (w *bookmarkWrites) wait(ctx context.Context, k key) {
	w.mu.Lock()
	ch := w.busy[k]
	w.mu.Unlock()
	if ch == nil {
		return
	}
	select {
	case <-ch:
	case <-ctx.Done():
	}
}
