package dynamoplans

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// API is the part of *dynamodb.Client that the package uses.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// Plans implements mcp.Plans on a table with the keys PK and SK and the TTL attribute ttl. Safe
// for concurrent use; the zero value is not usable, see New.
type Plans struct {
	api   API
	table string
}

var _ mcp.Plans = (*Plans)(nil)

// New makes Plans on a table that exists.
func New(api API, table string) *Plans { return &Plans{api: api, table: table} }

// maxID is more than the length of any plan id. Longer ids are unknown without a request.
const maxID = 128

// kind is the part of the partition key after the tenant.
const kind = "PLAN"

func key(t scim.TenantID, id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "T#" + t.String() + "#" + kind},
		"SK": &types.AttributeValueMemberS{Value: id},
	}
}

// Put implements mcp.Plans. It fails if the id exists.
func (p *Plans) Put(ctx context.Context, t scim.TenantID, id string, sealed []byte, until time.Time) error {
	item := key(t, id)
	item["sealed"] = &types.AttributeValueMemberB{Value: sealed}
	item["ttl"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(until.Add(time.Hour).Unix(), 10)} // for an hour, a used plan is reported as used
	_, err := p.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(p.table), Item: item, ConditionExpression: aws.String("attribute_not_exists(PK)"),
	})
	return err
}

// Get implements mcp.Plans.
func (p *Plans) Get(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	if id == "" || len(id) > maxID {
		return nil, mcp.ErrPlanUnknown
	}
	out, err := p.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(p.table), Key: key(t, id), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	if len(out.Item) == 0 {
		return nil, mcp.ErrPlanUnknown
	}
	return sealedIn(out.Item)
}

// Take implements mcp.Plans.
func (p *Plans) Take(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	if id == "" || len(id) > maxID {
		return nil, mcp.ErrPlanUnknown
	}
	out, err := p.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(p.table), Key: key(t, id), UpdateExpression: aws.String("REMOVE sealed"),
		ConditionExpression: aws.String("attribute_exists(sealed)"), ReturnValues: types.ReturnValueAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		if _, err := p.Get(ctx, t, id); err != nil {
			return nil, err
		}
		return nil, mcp.ErrPlanUsed
	}
	if err != nil {
		return nil, err
	}
	return sealedIn(out.Attributes)
}

func sealedIn(item map[string]types.AttributeValue) ([]byte, error) {
	sealed, ok := item["sealed"].(*types.AttributeValueMemberB)
	if !ok {
		return nil, mcp.ErrPlanUsed
	}
	return sealed.Value, nil
}
