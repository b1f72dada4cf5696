package dynamo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Operators keeps operator tokens in the table, beside the version item: they belong to no tenant. It is
// safe for concurrent use.
type Operators struct{ store *Store }

var _ tenant.Operators = (*Operators)(nil)

// NewOperators returns the Operators of an existing table.
func NewOperators(api API, o Options) *Operators { return &Operators{store: New(api, o)} }

// Operator implements tenant.Operators in one read.
func (op *Operators) Operator(ctx context.Context, id string) (*tenant.Operator, error) {
	if !storable(id) {
		return nil, tenant.ErrNoOperator
	}
	it, err := op.store.getItem(ctx, operatorKey(id), true)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, tenant.ErrNoOperator
	}
	o, err := readOperator(it)
	return &o, err
}

// Operators implements tenant.Operators.
func (op *Operators) Operators(ctx context.Context) ([]tenant.Operator, error) {
	list := []tenant.Operator{}
	var bad error
	err := op.store.query(ctx, &dynamodb.QueryInput{
		TableName: &op.store.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p"), ExpressionAttributeValues: item{":p": str(operatorPK)},
	}, func(it item) {
		o, err := readOperator(it)
		bad = errors.Join(bad, err)
		list = append(list, o)
	})
	slices.SortStableFunc(list, func(a, b tenant.Operator) int { return a.Created.Compare(b.Created) })
	return list, errors.Join(err, bad)
}

// AddOperator implements tenant.Operators. It is a transaction for the sake of its token: a repeated try of
// it does not find its own item.
func (op *Operators) AddOperator(ctx context.Context, o tenant.Operator) error {
	if o.Created.IsZero() {
		o.Created = op.store.o.Now()
	}
	it := operatorKey(o.ID).item()
	it["h"], it["sc"], it["cr"] = bin(o.Hash[:]), num(int64(o.Scopes)), num(o.Created.UnixMilli())
	if o.Name != "" {
		it["nm"] = str(o.Name)
	}
	if !o.Tenant.IsZero() {
		it["tn"] = str(o.Tenant.String())
	}
	if !o.Expires.IsZero() {
		it["ex"] = num(o.Expires.UnixMilli())
	}
	if o.Revoked {
		it["rv"] = num(1)
	}
	err := op.store.transact(ctx, []types.TransactWriteItem{op.store.putAction(it, ifAbsent())})
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return tenant.ErrExists
	}
	return err
}

// RevokeOperator implements tenant.Operators.
func (op *Operators) RevokeOperator(ctx context.Context, id string) error {
	e := onlyIf(itemExists)
	e.set("rv", e.bind(":one", num(1)))
	return op.end(id, func(k key) error {
		_, err := op.store.updateItem(ctx, k, e, types.ReturnValueNone)
		return err
	})
}

// RemoveOperator implements tenant.Operators.
func (op *Operators) RemoveOperator(ctx context.Context, id string) error {
	return op.end(id, func(k key) error { return op.store.deleteItem(ctx, k, onlyIf(itemExists)) })
}

func (op *Operators) end(id string, write func(key) error) error {
	if !storable(id) {
		return tenant.ErrNoOperator
	}
	err := write(operatorKey(id))
	var failed *conditionFailed
	if errors.As(err, &failed) && !failed.lost {
		return tenant.ErrNoOperator
	}
	return err
}

func readOperator(it item) (o tenant.Operator, err error) {
	o = tenant.Operator{ID: stringOf(it, attrSK), Name: stringOf(it, "nm"), Scopes: tenant.OperatorScope(numberOf(it, "sc")),
		Created: time.UnixMilli(numberOf(it, "cr")).UTC(), Revoked: numberOf(it, "rv") != 0}
	copy(o.Hash[:], bytesOf(it, "h"))
	if ms := numberOf(it, "ex"); ms != 0 {
		o.Expires = time.UnixMilli(ms).UTC()
	}
	if name := stringOf(it, "tn"); name != "" {
		o.Tenant, err = scim.ParseTenantID(name)
	}
	return o, err
}
