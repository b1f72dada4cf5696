package dynamotest_test

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expressionFacts are conditions that the service rejects.
func expressionFacts() []fact {
	var out []fact
	one := item{":v": S("1")}
	for name, in := range map[string]dynamodb.PutItemInput{
		"a reserved word":               {ConditionExpression: aws.String("status = :v"), ExpressionAttributeValues: one},
		"a value that is not used":      {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: one},
		"a name that is not used":       {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeNames: map[string]string{"#a": "a"}},
		"a value that is not defined":   {ConditionExpression: aws.String("s = :v")},
		"a name that is not defined":    {ConditionExpression: aws.String("attribute_exists(#n)")},
		"values without an expression":  {ExpressionAttributeValues: one},
		"names without an expression":   {ExpressionAttributeNames: map[string]string{"#a": "a"}},
		"an empty expression":           {ConditionExpression: aws.String("")},
		"a syntax error":                {ConditionExpression: aws.String("s = = :v"), ExpressionAttributeValues: one},
		"an unknown function":           {ConditionExpression: aws.String("starts_with(s, :v)"), ExpressionAttributeValues: one},
		"too few arguments":             {ConditionExpression: aws.String("begins_with(s)")},
		"doubled parentheses":           {ConditionExpression: aws.String("((attribute_exists(s)))")},
		"a literal in the text":         {ConditionExpression: aws.String("s = '1'")},
		"bounds the wrong way round":    {ConditionExpression: aws.String("s BETWEEN :v AND :a"), ExpressionAttributeValues: item{":v": S("2"), ":a": S("1")}},
		"a boolean beside <":            {ConditionExpression: aws.String("s < :v"), ExpressionAttributeValues: item{":v": &types.AttributeValueMemberBOOL{Value: true}}},
		"more than 4 KB of text":        {ConditionExpression: aws.String("attribute_exists(" + strings.Repeat("a", 5000) + ")")},
		"an unknown attribute type":     {ConditionExpression: aws.String("attribute_type(s, :v)"), ExpressionAttributeValues: item{":v": S("STRING")}},
		"an attribute against itself":   {ConditionExpression: aws.String("s = s")},
		"a placeholder without a colon": {ConditionExpression: aws.String("s = :v"), ExpressionAttributeValues: item{":v": S("1"), "w": S("1")}},
	} {
		out = append(out, fact{"expression/" + name, func(b *bench) error {
			in.TableName, in.Item = b.table, b.of("1", nil)
			_, err := b.c.PutItem(b.ctx, &in)
			return invalid(err)
		}})
	}
	return out
}

// limitFacts test a limit and the first value beyond it.
func limitFacts() []fact {
	long := func(n int) string { return strings.Repeat("k", n) }
	put := func(name string, attrs func(b *bench) item, ok bool) fact {
		return fact{"limit/" + name, func(b *bench) error {
			_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: attrs(b)})
			if ok {
				return err
			}
			return invalid(err)
		}}
	}
	sized := func(n int) func(b *bench) item { // an item of exactly n bytes
		return func(b *bench) item {
			return b.of("1", item{"a": S(long(n - len("pk") - len(b.pk) - len("sk") - 1 - len("a")))})
		}
	}
	nested := func(levels int) types.AttributeValue {
		v := S("x")
		for range levels - 1 {
			v = L(v)
		}
		return v
	}
	return []fact{
		put("an item of 400 KB", sized(400<<10), true),
		put("an item of 400 KB and a byte", sized(400<<10+1), false),
		put("a partition key of 2048 bytes", func(*bench) item { return item{"pk": S(long(2048)), "sk": S("1")} }, true),
		put("a partition key of 2049 bytes", func(*bench) item { return item{"pk": S(long(2049)), "sk": S("1")} }, false),
		put("a sort key of 1024 bytes", func(b *bench) item { return b.of(long(1024), nil) }, true),
		put("a sort key of 1025 bytes", func(b *bench) item { return b.of(long(1025), nil) }, false),
		put("an empty partition key", func(*bench) item { return item{"pk": S(""), "sk": S("1")} }, false),
		put("an empty sort key", func(b *bench) item { return b.of("", nil) }, false),
		put("a missing sort key", func(b *bench) item { return item{"pk": S(b.pk)} }, false),
		put("a key of the wrong type", func(b *bench) item { return item{"pk": S(b.pk), "sk": N("1")} }, false),
		put("an empty index key", func(b *bench) item { return b.of("1", item{"gpk": S(""), "gsk": S("1")}) }, false),
		put("an index key of the wrong type", func(b *bench) item { return b.of("1", item{"gpk": N("1")}) }, false),
		put("32 levels", func(b *bench) item { return b.of("1", item{"a": nested(32)}) }, true),
		put("34 levels", func(b *bench) item { return b.of("1", item{"a": nested(34)}) }, false),
		{"limit/an update beyond 400 KB", func(b *bench) error {
			if err := b.put("1", item{"a": S(long(300 << 10))}); err != nil {
				return err
			}
			return code(b.set("1", "SET b = :v", item{":v": S(long(101 << 10))}), "ValidationException", "Item size to update has exceeded")
		}},
		{"limit/a get with a part of the key", func(b *bench) error {
			_, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: item{"pk": S(b.pk)}})
			return code(err, "ValidationException", "The provided key element does not match the schema")
		}},
		{"limit/a get with more than the key", func(b *bench) error {
			_, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: b.of("1", item{"a": S("1")})})
			return invalid(err)
		}},
		{"limit/a table that is not there", func(b *bench) error {
			_, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: aws.String("no-such-table"), Key: b.key("1")})
			return code(err, "ResourceNotFoundException", "")
		}},
	}
}

// returnFacts are about the attributes that a write returns.
func returnFacts() []fact {
	var out []fact
	for mode, want := range map[types.ReturnValue]item{
		"NONE":        nil,
		"ALL_OLD":     {"n": N("1"), "s": S("a")},
		"ALL_NEW":     {"n": N("2"), "s": S("a")},
		"UPDATED_OLD": {"n": N("1")},
		"UPDATED_NEW": {"n": N("2")},
	} {
		out = append(out, fact{"return/" + string(mode), func(b *bench) error {
			if err := b.put("1", item{"n": N("1"), "s": S("a")}); err != nil {
				return err
			}
			got, err := b.c.UpdateItem(b.ctx, &dynamodb.UpdateItemInput{TableName: b.table, Key: b.key("1"), ReturnValues: mode,
				UpdateExpression: aws.String("ADD n :v"), ExpressionAttributeValues: item{":v": N("1")}})
			if err != nil {
				return err
			}
			delete(got.Attributes, "pk")
			delete(got.Attributes, "sk")
			return same(want, got.Attributes)
		}})
	}
	return append(out,
		fact{"return/the item that failed a condition", func(b *bench) error {
			if err := b.put("1", item{"n": N("1")}); err != nil {
				return err
			}
			_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of("1", nil),
				ConditionExpression: aws.String("attribute_not_exists(pk)"), ReturnValuesOnConditionCheckFailure: "ALL_OLD"})
			failed, ok := as[*types.ConditionalCheckFailedException](err)
			if !ok {
				return fmt.Errorf("no failed condition: %w", err)
			}
			return same(b.of("1", item{"n": N("1")}), failed.Item)
		}},
		fact{"return/ALL_NEW of a put", func(b *bench) error {
			_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of("1", nil), ReturnValues: "ALL_NEW"})
			return invalid(err)
		}},
		fact{"return/a projection of an item", func(b *bench) error {
			if err := b.put("1", subject()); err != nil {
				return err
			}
			got, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: b.key("1"),
				ProjectionExpression: aws.String("n, l[1], m.#in.deep, gone"), ExpressionAttributeNames: map[string]string{"#in": "in"}})
			if err != nil {
				return err
			}
			return same(item{"n": N("10"), "l": L(N("2")), "m": M(item{"in": M(item{"deep": S("x")})})}, got.Item)
		}},
	)
}
