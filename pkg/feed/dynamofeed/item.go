package dynamofeed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of New and NewWebhooks. Table is required.
type Options struct {
	Table string
	Now   func() time.Time // time.Now by default
	// Keep is how long a dead letter is kept: as long as the feed keeps its fact. 30 days by default. A delivery that waits is kept
	// for longer: when its fact has expired, it becomes a dead letter, so that someone hears of it.
	Keep time.Duration
}

// table is the table, and its clock.
type table struct {
	api  dynamo.API
	name string
	now  func() time.Time
	keep time.Duration
}

func on(api dynamo.API, o Options) table {
	if o.Now == nil {
		o.Now = time.Now
	}
	return table{api, o.Table, o.Now, cmp.Or(o.Keep, 30*24*time.Hour)}
}

// kind is the part of the partition key after the tenant.
const kind = "W"

// Kept describes the items of the package that belong to a tenant, for dynamo.Tenants.Delete.
func Kept() dynamo.Kept { return dynamo.Kept{Name: "positions of consumers", Kind: kind} }

type item = map[string]types.AttributeValue

func key(pk, sk string) item { return item{"PK": text(pk), "SK": text(sk)} }

func placePK(t scim.TenantID) string { return "T#" + t.String() + "#" + kind }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func textOf(it item, name string) string {
	if v, ok := it[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func numberOf(it item, name string) int64 {
	if v, ok := it[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64) // we wrote it
		return n
	}
	return 0
}

// micro is a time as a number; 0 is the zero time.
func micro(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

func timeOf(it item, name string) time.Time {
	if n := numberOf(it, name); n != 0 {
		return time.UnixMicro(n).UTC()
	}
	return time.Time{}
}

// digits is a number in the form of sort keys.
func digits(n int64) string { return fmt.Sprintf("%016d", n) }

// lastDigits is the number at the end of a sort key.
func lastDigits(sk string) int64 {
	n, _ := strconv.ParseInt(sk[strings.LastIndexByte(sk, '#')+1:], 10, 64) // we wrote it
	return n
}

// update is an UpdateItem under a condition.
type update struct {
	key        item
	set        string
	condition  string
	values     item
	returnsNew bool
}

// update returns whether the condition held, and the item as it then is if it is asked for.
func (t table) update(ctx context.Context, u update) (it item, held bool, err error) {
	in := &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: u.key, UpdateExpression: &u.set, ConditionExpression: &u.condition, ExpressionAttributeValues: u.values,
	}
	if u.returnsNew {
		in.ReturnValues = types.ReturnValueAllNew
	}
	out, err := t.api.UpdateItem(ctx, in)
	if held, err = holds(err); err != nil || !held {
		return nil, held, err
	}
	return out.Attributes, true, nil
}

// holds tells a failed condition from other errors.
func holds(err error) (bool, error) {
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return false, nil
	}
	return err == nil, err
}

func (t table) get(ctx context.Context, k item) (item, error) {
	out, err := t.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

func (t table) remove(ctx context.Context, k item) error {
	_, err := t.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.name, Key: k})
	return err
}

// span is a part of a partition: the sort keys from one to another.
type span struct {
	pk, from, to string
	page         int32
}

// all are the sort keys that begin with a text.
func all(pk, prefix string) span { return span{pk, cmp.Or(prefix, " "), prefix + "~", 0} }

// walk visits the items of a span, page by page, until visit returns false.
func (t table) walk(ctx context.Context, s span, visit func(page []item) (more bool, err error)) error {
	in := &dynamodb.QueryInput{
		TableName: &t.name, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :a AND :z"),
		ExpressionAttributeValues: item{":p": text(s.pk), ":a": text(s.from), ":z": text(s.to)},
	}
	if s.page > 0 {
		in.Limit = &s.page
	}
	for {
		out, err := t.api.Query(ctx, in)
		if err != nil {
			return err
		}
		if more, err := visit(out.Items); err != nil || !more || len(out.LastEvaluatedKey) == 0 {
			return err
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
