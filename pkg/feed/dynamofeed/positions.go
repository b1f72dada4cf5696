package dynamofeed

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
)

// Positions implements feed.Positions. It is safe for concurrent use, by several processes too; their clocks must not
// be further apart than a lease.
type Positions struct{ t table }

var _ feed.Positions = (*Positions)(nil)

// New returns the positions in a table.
func New(api dynamo.API, o Options) *Positions { return &Positions{on(api, o)} }

// Attributes of a position.
const (
	attrSeq   = "sq" // the last number that is handled; there is none before the first Move
	attrOwner = "ow"
	attrUntil = "un" // of the lease
	attrDoc   = "doc"
)

func positionKey(p feed.Place) item { return key(placePK(p.Tenant), "at#"+p.Consumer) }

func letterPrefix(p feed.Place) string { return "letter#" + p.Consumer + "#" }

// Take implements feed.Positions.
func (ps *Positions) Take(ctx context.Context, p feed.Place, owner string, lease time.Duration) (feed.Position, error) {
	now := ps.t.now()
	it, held, err := ps.t.update(ctx, update{
		key: positionKey(p), set: "SET ow = :o, un = :u", returnsNew: true,
		condition: "attribute_not_exists(ow) OR ow = :o OR un <= :n OR un > :m", // as feed.Held says
		values:    item{":o": text(owner), ":u": number(micro(now.Add(lease))), ":n": number(micro(now)), ":m": number(micro(now.Add(2 * lease)))},
	})
	switch {
	case err != nil:
		return feed.Position{}, err
	case !held:
		return feed.Position{}, feed.ErrTaken
	}
	return feed.Position{Seq: numberOf(it, attrSeq), New: it[attrSeq] == nil}, nil
}

// Move implements feed.Positions.
func (ps *Positions) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	const set, condition = "SET sq = :s, un = :u", "ow = :o"
	values := item{":s": number(to.Seq), ":u": number(micro(ps.t.now().Add(to.Lease))), ":o": text(owner)}
	if to.Letter == nil {
		_, held, err := ps.t.update(ctx, update{key: positionKey(p), set: set, condition: condition, values: values})
		if err == nil && !held {
			err = feed.ErrTaken
		}
		return err
	}
	doc, err := json.Marshal(to.Letter)
	if err != nil {
		return err
	}
	letter := key(placePK(p.Tenant), letterPrefix(p)+digits(to.Letter.Seq))
	letter[attrDoc], letter[attrTTL] = text(string(doc)), number(ps.t.now().Add(ps.t.keep).Unix())
	_, err = ps.t.api.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: &ps.t.name, Key: positionKey(p), UpdateExpression: aws.String(set), ConditionExpression: aws.String(condition), ExpressionAttributeValues: values}},
		{Put: &types.Put{TableName: &ps.t.name, Item: letter}},
	}})
	var canceled *types.TransactionCanceledException
	if errors.As(err, &canceled) && len(canceled.CancellationReasons) > 0 && aws.ToString(canceled.CancellationReasons[0].Code) == "ConditionalCheckFailed" {
		return feed.ErrTaken
	}
	return err
}

// Leave implements feed.Positions.
func (ps *Positions) Leave(ctx context.Context, p feed.Place, owner string) error {
	_, _, err := ps.t.update(ctx, update{key: positionKey(p), set: "REMOVE ow, un", condition: "ow = :o", values: item{":o": text(owner)}})
	return err
}

// Letters implements feed.Positions.
func (ps *Positions) Letters(ctx context.Context, p feed.Place, after int64, limit int) (out []feed.DeadLetter, err error) {
	prefix := letterPrefix(p)
	err = ps.t.walk(ctx, span{placePK(p.Tenant), prefix + digits(after+1), prefix + "~", 0}, func(page []item) (bool, error) {
		for _, it := range page {
			var l feed.DeadLetter
			if err := json.Unmarshal([]byte(textOf(it, attrDoc)), &l); err != nil {
				return false, err
			}
			if out = append(out, l); len(out) >= limit {
				return false, nil
			}
		}
		return true, nil
	})
	return out, err
}

// Forget implements feed.Positions.
func (ps *Positions) Forget(ctx context.Context, p feed.Place, seqs ...int64) error {
	for _, seq := range seqs {
		if err := ps.t.remove(ctx, key(placePK(p.Tenant), letterPrefix(p)+digits(seq))); err != nil {
			return err
		}
	}
	return nil
}

// Peek implements feed.Peeker.
func (ps *Positions) Peek(ctx context.Context, p feed.Place) (seq int64, moved bool, err error) {
	it, err := ps.t.get(ctx, positionKey(p))
	return numberOf(it, attrSeq), it[attrSeq] != nil, err
}

// Began returns when a consumer of all tenants was first asked for: the first call keeps the time.
func (ps *Positions) Began(ctx context.Context, consumer string) (time.Time, error) {
	it := key("T#~#W", "began#"+consumer)
	it, _, err := ps.t.update(ctx, update{
		key: it, set: "SET un = if_not_exists(un, :n)", condition: "attribute_not_exists(un) OR attribute_exists(un)", returnsNew: true,
		values: item{":n": number(micro(ps.t.now()))},
	})
	return timeOf(it, attrUntil), err
}
