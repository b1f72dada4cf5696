package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
)

// work is what is done with an item before it is deleted; nil is nothing.
type work = func(context.Context, item) error

// clear deletes the items of a partition. Of an item, before sees only the key.
func (d *deletion) clear(ctx context.Context, name, partition string, before work) error {
	return d.clearQuery(ctx, name, keysIn(d.s.table, partition), before)
}

// clearWhole is clear with the whole items for before.
func (d *deletion) clearWhole(ctx context.Context, name, partition string, before work) error {
	in := keysIn(d.s.table, partition)
	in.ProjectionExpression = nil
	return d.clearQuery(ctx, name, in, before)
}

func (d *deletion) clearQuery(ctx context.Context, name string, in *dynamodb.QueryInput, before work) error {
	for {
		out, err := d.s.queryPage(ctx, in)
		if err != nil {
			return err
		}
		if before != nil {
			if err := async.Each(ctx, d.s.o.Parallel, out.Items, before); err != nil {
				return err
			}
		}
		if err := d.deleteAll(ctx, name, out.Items); err != nil {
			return err
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
	}
}

// deleteAll deletes items by their keys.
func (d *deletion) deleteAll(ctx context.Context, name string, items []item) error {
	if len(items) == 0 {
		return nil
	}
	err := async.Each(ctx, d.s.o.Parallel, items, func(ctx context.Context, it item) error {
		return d.s.deleteItem(ctx, keyOf(it), expression{})
	})
	if err != nil {
		return err
	}
	d.count(name, len(items))
	d.report(0)
	return nil
}

// keysIn reads the keys of a partition.
func keysIn(table, partition string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: &table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(partition)}, ProjectionExpression: aws.String(attrPK + ", " + attrSK)}
}

// reverseKeys reads the keys of the edges in a partition of the index.
func (s *Store) reverseKeys(partition string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: &s.table, IndexName: aws.String(gsiName), KeyConditionExpression: aws.String(attrGPK + " = :p"),
		ExpressionAttributeValues: item{":p": str(partition)}, ProjectionExpression: aws.String(attrPK + ", " + attrSK + ", " + attrGroupType)}
}

// inventory counts what pass would delete, except for index items, copies and settings.
func (d *deletion) inventory(ctx context.Context) error {
	names, err := d.types(ctx)
	if err != nil {
		return err
	}
	count := func(name string, in *dynamodb.QueryInput) error {
		in.ProjectionExpression, in.Select = nil, types.SelectCount
		for {
			out, err := d.s.queryPage(ctx, in)
			if err != nil {
				return err
			}
			d.count(name, int(out.Count))
			if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
				return nil
			}
		}
	}
	partitions := map[string]string{tokenPK(d.t): tallyCredentials, pk(d.t, "J"): tallyOnce}
	for _, typ := range names {
		partitions[resourcePK(d.t, typ)] = typ
	}
	for _, k := range d.o.Others {
		if k.Clear == nil {
			partitions[pk(d.t, k.Kind)] = k.Name
		}
	}
	for p, name := range partitions {
		in := keysIn(d.s.table, p)
		in.ConsistentRead = nil // half the price
		if err := count(name, in); err != nil {
			return err
		}
	}
	for _, p := range reversePartitions(d.t) {
		if err := count(tallyMemberships, d.s.reverseKeys(p)); err != nil {
			return err
		}
	}
	return nil
}
