package streams

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Places keeps in the table itself up to which record a stream was processed, so that a Follower that starts again does
// not begin with the oldest one:
//
//	T#~#S   <ARN of the stream>#<shard>   n (sequence number), q (the same, to compare), end (the shard is read to its end), ttl
//
// A place only moves ahead. It says that every record up to it was processed by one of the processes that follow the stream;
// so several may keep the same places, and each may start at what any of them has kept. It is written after its
// records were processed, so a process that is killed has some records again, and misses none.
//
// Make it with a literal. It is for one Follower.
type Places struct {
	Client *dynamodb.Client
	Table  string
	Now    func() time.Time // time.Now by default
	Every  time.Duration    // between two writes for one shard; 0 means 1 s

	written map[string]time.Time // by shard
	due     map[string]place     // what is not written yet, by shard
}

// place is how far a shard was processed.
type place struct {
	last  string // sequence number, "" for none
	ended bool
}

const (
	placesPK   = "T#~#S"
	attrLast   = "n"
	attrOrder  = "q"
	attrEnded  = "end"
	attrTTL    = "ttl"
	placeLife  = 7 * 24 * time.Hour // a stream keeps its records for one
	numberSize = 40                 // digits of a sequence number, at most
	flushFor   = 2 * time.Second    // of a process that ends
)

func placeKey(stream, shard string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: placesPK}, "SK": &types.AttributeValueMemberS{Value: stream + "#" + shard},
	}
}

// read returns what is kept of a stream, by shard.
func (p *Places) read(ctx context.Context, stream string) (map[string]place, error) {
	out := map[string]place{}
	pages := dynamodb.NewQueryPaginator(p.Client, &dynamodb.QueryInput{
		TableName: &p.Table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :stream)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: placesPK}, ":stream": &types.AttributeValueMemberS{Value: stream + "#"},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, it := range page.Items {
			sk, _ := it["SK"].(*types.AttributeValueMemberS)
			last, _ := it[attrLast].(*types.AttributeValueMemberS)
			_, ended := it[attrEnded]
			if sk != nil && last != nil {
				out[strings.TrimPrefix(sk.Value, stream+"#")] = place{last.Value, ended}
			}
		}
	}
	return out, nil
}

// note takes a place that was reached, and writes it at once if the last write for the shard is long enough ago.
func (p *Places) note(ctx context.Context, stream, shard string, at place) error {
	if p.due == nil {
		p.due, p.written = map[string]place{}, map[string]time.Time{}
	}
	p.due[shard] = at
	if !at.ended && p.now().Before(p.written[shard].Add(p.every())) {
		return nil
	}
	return p.write(ctx, stream, shard)
}

// flush writes what is due: all of it if the process ends.
func (p *Places) flush(ctx context.Context, stream string, all bool) (err error) {
	for shard := range p.due {
		if all || !p.now().Before(p.written[shard].Add(p.every())) {
			err = errors.Join(err, p.write(ctx, stream, shard))
		}
	}
	return err
}

// write moves the place of a shard ahead. It is no error if another process has moved it farther.
func (p *Places) write(ctx context.Context, stream, shard string) error {
	at := p.due[shard]
	p.written[shard] = p.now() // also of a write that fails: the next one is no sooner
	set := attrLast + " = :n, " + attrOrder + " = :q, #ttl = :ttl"
	if at.ended {
		set += ", #end = :q"
	}
	in := &dynamodb.UpdateItemInput{
		TableName: &p.Table, Key: placeKey(stream, shard), UpdateExpression: aws.String("SET " + set),
		ConditionExpression:      aws.String("attribute_not_exists(" + attrOrder + ") OR " + attrOrder + " <= :q"),
		ExpressionAttributeNames: map[string]string{"#ttl": attrTTL},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":n":   &types.AttributeValueMemberS{Value: at.last},
			":q":   &types.AttributeValueMemberS{Value: padded(at.last)},
			":ttl": &types.AttributeValueMemberN{Value: fmt.Sprint(p.now().Add(placeLife).Unix())},
		},
	}
	if at.ended {
		in.ExpressionAttributeNames["#end"] = attrEnded
	}
	_, err := p.Client.UpdateItem(ctx, in)
	var farther *types.ConditionalCheckFailedException
	if err == nil || errors.As(err, &farther) {
		delete(p.due, shard)
		return nil
	}
	return fmt.Errorf("the place in the stream is not kept: %w", err)
}

func (p *Places) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Places) every() time.Duration {
	if p.Every <= 0 {
		return time.Second
	}
	return p.Every
}

// padded is a sequence number whose order as a string is that of the numbers.
func padded(n string) string { return strings.Repeat("0", max(numberSize-len(n), 0)) + n }

// ofPlaces reports whether a record is of a place itself. Such records alone do not move a place: each write would
// call for the next one.
func ofPlaces(r *streamtypes.Record) bool {
	pk, ok := r.Dynamodb.Keys["PK"].(*streamtypes.AttributeValueMemberS)
	return ok && pk.Value == placesPK
}
