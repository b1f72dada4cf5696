package dynamolog

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// API is the part of *dynamodb.Client that the package uses.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

var _ API = (*dynamodb.Client)(nil)

// Options of New.
type Options struct {
	Table string        // required
	Keep  time.Duration // until a record expires; 30 days by default
}

// Log is an activity.Log and an activity.Batcher on a DynamoDB table. It reads with strong
// consistency. It is safe for concurrent use; the zero value is not usable, see New.
type Log struct {
	api API
	o   Options
}

var (
	_ activity.Log     = (*Log)(nil)
	_ activity.Batcher = (*Log)(nil)
	_ activity.Counter = (*Log)(nil)
)

// New returns a Log on a table with the string keys PK and SK and the TTL attribute ttl. It makes no
// request.
func New(api API, o Options) *Log {
	if o.Keep <= 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	return &Log{api: api, o: o}
}

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// maxResource limits the length of a resource id in a key; ids of the service are much shorter.
const maxResource = 256

// kind is the part of a partition key after the tenant.
const kind = "A"

// partition returns the partition key of all records of a tenant, or of those that concern a
// resource. It never leaves the tenant, whatever the id is, because a TenantID has no '#'.
func partition(t scim.TenantID, resource string) string {
	pk := "T#" + t.String() + "#" + kind
	if resource != "" {
		pk += "#" + resource
	}
	return pk
}

// items returns the items of one record: its own, and one for the timeline of each resource.
func (l *Log) items(r activity.Record) ([]item, error) {
	own, err := l.item(r, "")
	if err != nil {
		return nil, err
	}
	all := []item{own}
	for _, id := range r.Resources() {
		if len(id) > maxResource {
			continue
		}
		copied := r
		if id != r.Resource {
			copied.Added, copied.Removed, copied.Also, copied.Known = only(r.Added, id), only(r.Removed, id), only(r.Also, id), only(r.Known, id)
			copied.Names = onlyName(r.Names, id)
		}
		it, err := l.item(copied, id)
		if err != nil {
			return nil, err
		}
		all = append(all, it)
	}
	return all, nil
}

// only returns the elements of list that are id, as a list of at most one.
func only(list []string, id string) []string {
	for _, e := range list {
		if e == id {
			return []string{id}
		}
	}
	return nil
}

// onlyName returns the name of one member, if there is one.
func onlyName(names map[string]string, id string) map[string]string {
	if name, ok := names[id]; ok {
		return map[string]string{id: name}
	}
	return nil
}

func (l *Log) item(r activity.Record, resource string) (item, error) {
	doc, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return item{
		"PK": str(partition(r.Tenant, resource)), "SK": str(r.ID), "d": &types.AttributeValueMemberB{Value: doc},
		"ttl": &types.AttributeValueMemberN{Value: strconv.FormatInt(r.Time.Add(r.KeptFor(l.o.Keep)).Unix(), 10)},
	}, nil
}

func recordOf(t scim.TenantID, it item) (activity.Record, error) {
	var r activity.Record
	doc, ok := it["d"].(*types.AttributeValueMemberB)
	if !ok {
		return r, errors.New("dynamolog: the item has no record")
	}
	err := json.Unmarshal(doc.Value, &r)
	r.Tenant = t
	return r, err
}

// Get implements activity.Log.
func (l *Log) Get(ctx context.Context, t scim.TenantID, id string) (activity.Record, error) {
	if !activity.ValidID(id) {
		return activity.Record{}, activity.ErrNotFound
	}
	out, err := l.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &l.o.Table, ConsistentRead: aws.Bool(true), Key: item{"PK": str(partition(t, "")), "SK": str(id)},
	})
	if err != nil {
		return activity.Record{}, err
	}
	if out.Item == nil {
		return activity.Record{}, activity.ErrNotFound
	}
	return recordOf(t, out.Item)
}

// maxReads limits the pages of the table that one Query reads. After that it returns what it has
// found, and from where to continue.
const maxReads = 10

// Query implements activity.Log.
func (l *Log) Query(ctx context.Context, t scim.TenantID, q activity.Query) (activity.Page, error) {
	q, err := q.Bounded()
	if err != nil {
		return activity.Page{}, err
	}
	low, high := activity.Lowest(q.From), activity.Highest(q.Until)
	if q.After != "" {
		high = min(high, q.After)
	}
	if low > high || strings.ContainsRune(q.Resource, 0) || len(q.Resource) > maxResource {
		return activity.Page{}, nil
	}
	in := &dynamodb.QueryInput{
		TableName: &l.o.Table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(q.Limit + 2)),
		KeyConditionExpression:    aws.String("PK = :p AND SK BETWEEN :l AND :h"),
		ExpressionAttributeValues: item{":p": str(partition(t, q.Resource)), ":l": str(low), ":h": str(high)},
	}
	var page activity.Page
	last := ""
	for range maxReads {
		out, err := l.api.Query(ctx, in)
		if err != nil {
			return activity.Page{}, err
		}
		for _, it := range out.Items {
			r, err := recordOf(t, it)
			if err != nil {
				return activity.Page{}, err
			}
			if r.ID == q.After || !q.Match(&r) { // the upper bound is inclusive
				last = r.ID
				continue
			}
			if len(page.Records) == q.Limit {
				page.Next = page.Records[q.Limit-1].ID
				return page, nil
			}
			last = r.ID
			page.Records = append(page.Records, r)
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return page, nil
		}
		in.Limit = aws.Int32(1000) // few records match: read more of them at once
	}
	page.Next = last
	return page, nil
}
