package dynamotest_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

func tableFacts() []fact {
	return []fact{
		{"table/made twice", func(b *bench) error {
			_, err := b.c.CreateTable(b.ctx, definition(*b.table))
			return code(err, "ResourceInUseException", "")
		}},
		{"table/described", func(b *bench) error {
			got, err := b.c.DescribeTable(b.ctx, &dynamodb.DescribeTableInput{TableName: b.table})
			if err != nil {
				return err
			}
			t := got.Table
			if t.TableStatus != "ACTIVE" || len(t.KeySchema) != 2 || len(t.GlobalSecondaryIndexes) != 1 || t.LatestStreamArn == nil || t.BillingModeSummary == nil {
				return fmt.Errorf("got %+v", t)
			}
			return nil
		}},
		{"table/that is not there", func(b *bench) error {
			_, err := b.c.DescribeTable(b.ctx, &dynamodb.DescribeTableInput{TableName: aws.String("no-such-table")})
			return code(err, "ResourceNotFoundException", "no-such-table")
		}},
		{"table/a key attribute without a type", func(b *bench) error {
			in := definition(*b.table + "-untyped")
			in.AttributeDefinitions = in.AttributeDefinitions[1:]
			_, err := b.c.CreateTable(b.ctx, in)
			return invalid(err)
		}},
		{"table/a type without a key attribute", func(b *bench) error {
			in := definition(*b.table + "-unused")
			in.GlobalSecondaryIndexes = nil
			_, err := b.c.CreateTable(b.ctx, in)
			return invalid(err)
		}},
		{"table/scanned page by page", func(b *bench) error {
			if err := b.fill("1", "2", "3"); err != nil {
				return err
			}
			in := &dynamodb.ScanInput{TableName: b.table, FilterExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": S(b.pk)}}
			found := 0
			for {
				got, err := b.c.Scan(b.ctx, in)
				if err != nil {
					return err
				}
				found += len(got.Items)
				if in.ExclusiveStartKey = got.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
			return same(3, found)
		}},
		{"table/time to live is set and shown", func(b *bench) error {
			spec := &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}
			if _, err := b.c.UpdateTimeToLive(b.ctx, &dynamodb.UpdateTimeToLiveInput{TableName: b.table, TimeToLiveSpecification: spec}); err != nil {
				return err
			}
			got, err := b.c.DescribeTimeToLive(b.ctx, &dynamodb.DescribeTimeToLiveInput{TableName: b.table})
			if err != nil {
				return err
			}
			return same("ttl", aws.ToString(got.TimeToLiveDescription.AttributeName))
		}},
	}
}

// follow reads the whole stream of the table and returns the records of this fact's partition.
func (b *bench) follow() (found []streamtypes.Record, err error) {
	t, err := b.c.DescribeTable(b.ctx, &dynamodb.DescribeTableInput{TableName: b.table})
	if err != nil {
		return nil, err
	}
	d, err := b.streams.DescribeStream(b.ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: t.Table.LatestStreamArn})
	if err != nil {
		return nil, err
	}
	for _, s := range d.StreamDescription.Shards {
		it, err := b.streams.GetShardIterator(b.ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: t.Table.LatestStreamArn, ShardId: s.ShardId, ShardIteratorType: "TRIM_HORIZON"})
		if err != nil {
			return nil, err
		}
		// Empty pages do not end an open shard. After this many of them, no record is left.
		for next, empty := it.ShardIterator, 0; next != nil && empty < 3; {
			got, err := b.streams.GetRecords(b.ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(100)})
			if err != nil {
				return nil, err
			}
			if empty++; len(got.Records) > 0 {
				empty = 0
			}
			for _, r := range got.Records {
				if pk, ok := r.Dynamodb.Keys["pk"].(*streamtypes.AttributeValueMemberS); ok && pk.Value == b.pk {
					found = append(found, r)
				}
			}
			next = got.NextShardIterator
		}
	}
	return found, nil
}

func streamFacts() []fact {
	recorded := func(b *bench, want string) ([]streamtypes.Record, error) {
		records, err := b.follow()
		if err != nil {
			return nil, err
		}
		var names []string
		for _, r := range records {
			names = append(names, string(r.EventName))
		}
		return records, same(want, strings.Join(names, " "))
	}
	return []fact{
		{"stream/the changes of an item in order, with images", func(b *bench) error {
			del := &dynamodb.DeleteItemInput{TableName: b.table, Key: b.key("1")}
			err := errors.Join(b.put("1", item{"n": N("1")}), b.set("1", "SET n = :v", item{":v": N("2")}))
			if err != nil {
				return err
			}
			if _, err := b.c.DeleteItem(b.ctx, del); err != nil {
				return err
			}
			records, err := recorded(b, "INSERT MODIFY REMOVE")
			if err != nil {
				return err
			}
			n := func(it map[string]streamtypes.AttributeValue) string {
				if v, ok := it["n"].(*streamtypes.AttributeValueMemberN); ok {
					return v.Value
				}
				return ""
			}
			got := ""
			for _, r := range records {
				got += fmt.Sprintf("%s>%s ", n(r.Dynamodb.OldImage), n(r.Dynamodb.NewImage))
			}
			return same(">1 1>2 2> ", got)
		}},
		{"stream/a write without effect leaves no record", func(b *bench) error {
			if err := errors.Join(b.put("1", item{"n": N("1")}), b.put("1", item{"n": N("1.0")})); err != nil {
				return err
			}
			_, err := recorded(b, "INSERT")
			return err
		}},
		{"stream/transactions and batches have a record for each item", func(b *bench) error {
			if err := errors.Join(b.transact("", b.putting("a", nil, ""), b.putting("b", nil, "")), b.batchPut(2, 1)); err != nil {
				return err
			}
			_, err := recorded(b, "INSERT INSERT INSERT INSERT")
			return err
		}},
		{"stream/a cancelled transaction has no record", func(b *bench) error {
			if _, _, err := codes(b.transact("", b.putting("a", nil, ""), b.putting("b", nil, "attribute_exists(pk)"))); err != nil {
				return err
			}
			_, err := recorded(b, "")
			return err
		}},
	}
}
