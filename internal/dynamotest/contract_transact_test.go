package dynamotest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func as[T error](err error) (T, bool) {
	var out T
	return out, errors.As(err, &out)
}

func (b *bench) putting(sk string, attrs item, cond string) types.TransactWriteItem {
	p := &types.Put{TableName: b.table, Item: b.of(sk, attrs), ReturnValuesOnConditionCheckFailure: "ALL_OLD"}
	if cond != "" {
		p.ConditionExpression = &cond
	}
	return types.TransactWriteItem{Put: p}
}

func (b *bench) transact(token string, actions ...types.TransactWriteItem) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: actions}
	if token != "" {
		in.ClientRequestToken = &token
	}
	_, err := b.c.TransactWriteItems(b.ctx, in)
	return err
}

// codes returns the reasons of a cancelled transaction, in order.
func codes(err error) ([]types.CancellationReason, string, error) {
	cancelled, ok := as[*types.TransactionCanceledException](err)
	if !ok {
		return nil, "", fmt.Errorf("not cancelled: %w", err)
	}
	all := []string{}
	for _, r := range cancelled.CancellationReasons {
		all = append(all, aws.ToString(r.Code))
	}
	return cancelled.CancellationReasons, strings.Join(all, " "), nil
}

func transactFacts() []fact {
	return slices.Concat(transactWriteFacts(), transactLimitFacts(), transactTokenFacts(), transactGetFacts())
}

func transactWriteFacts() []fact {
	return []fact{
		{"transact/all four kinds of action", func(b *bench) error {
			for _, sk := range []string{"check", "update", "delete"} {
				if err := b.put(sk, item{"n": N("1")}); err != nil {
					return err
				}
			}
			err := b.transact("", b.putting("put", nil, ""),
				types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: b.table, Key: b.key("check"), ConditionExpression: aws.String("attribute_exists(n)")}},
				types.TransactWriteItem{Update: &types.Update{TableName: b.table, Key: b.key("update"), UpdateExpression: aws.String("ADD n :v"), ExpressionAttributeValues: item{":v": N("1")}}},
				types.TransactWriteItem{Delete: &types.Delete{TableName: b.table, Key: b.key("delete")}})
			return errors.Join(err, b.holds("put", item{}), b.holds("check", item{"n": N("1")}), b.holds("update", item{"n": N("2")}), b.holds("delete", nil))
		}},
		{"transact/reasons in the order of the actions, nothing written", func(b *bench) error {
			if err := b.put("2", item{"n": N("1")}); err != nil {
				return err
			}
			reasons, all, err := codes(b.transact("", b.putting("1", nil, ""), b.putting("2", nil, "attribute_not_exists(pk)"), b.putting("3", nil, "attribute_exists(pk)")))
			if err != nil {
				return err
			}
			if all != "None ConditionalCheckFailed ConditionalCheckFailed" {
				return errors.New(all)
			}
			return errors.Join(same(b.of("2", item{"n": N("1")}), reasons[1].Item), b.holds("1", nil), b.holds("2", item{"n": N("1")}), b.holds("3", nil))
		}},
		{"transact/an update that does not fit is a reason", func(b *bench) error {
			if err := b.put("1", item{"s": S("a")}); err != nil {
				return err
			}
			_, all, err := codes(b.transact("", b.putting("2", nil, ""), types.TransactWriteItem{Update: &types.Update{TableName: b.table, Key: b.key("1"),
				UpdateExpression: aws.String("ADD s :v"), ExpressionAttributeValues: item{":v": N("1")}}}))
			if err == nil && all != "None ValidationError" {
				err = errors.New(all)
			}
			return errors.Join(err, b.holds("2", nil))
		}},
	}
}

func transactLimitFacts() []fact {
	return []fact{
		{"transact/100 items", func(b *bench) error {
			if err := b.transact("", b.many(100, 1)...); err != nil {
				return err
			}
			return b.holds("99", item{"a": S("x")})
		}},
		{"transact/101 items", func(b *bench) error { return invalid(b.transact("", b.many(101, 1)...)) }},
		{"transact/more than 4 MB", func(b *bench) error {
			if err := b.transact("", b.many(15, 300<<10)...); err == nil {
				return errors.New("taken")
			}
			return b.holds("1", nil)
		}},
		{"transact/no items", func(b *bench) error { return invalid(b.transact("", []types.TransactWriteItem{}...)) }},
		{"transact/one item twice", func(b *bench) error {
			err := b.transact("", b.putting("1", nil, ""), b.putting("1", nil, ""))
			return code(err, "ValidationException", "multiple operations on one item")
		}},
		{"transact/a table that is not there", func(b *bench) error {
			p := b.putting("1", nil, "")
			p.Put.TableName = aws.String("no-such-table")
			return code(b.transact("", p), "ResourceNotFoundException", "")
		}},
	}
}

func transactTokenFacts() []fact {
	return []fact{
		{"transact/a token makes the second call a success without effect", func(b *bench) error {
			add := types.TransactWriteItem{Update: &types.Update{TableName: b.table, Key: b.key("1"), UpdateExpression: aws.String("ADD n :v"), ExpressionAttributeValues: item{":v": N("1")}}}
			return errors.Join(b.transact("token-once", add), b.transact("token-once", add), b.holds("1", item{"n": N("1")}))
		}},
		{"transact/a token with another request", func(b *bench) error {
			if err := b.transact("token-other", b.putting("1", nil, "")); err != nil {
				return err
			}
			return code(b.transact("token-other", b.putting("2", nil, "")), "IdempotentParameterMismatchException", "")
		}},
		{"transact/an unused value", func(b *bench) error {
			p := b.putting("1", nil, "attribute_not_exists(pk)")
			p.Put.ExpressionAttributeValues = item{":v": N("1")}
			return invalid(b.transact("", p))
		}},
	}
}

func transactGetFacts() []fact {
	return []fact{
		{"transact/get in order, absent items in their place", func(b *bench) error {
			if err := b.put("2", item{"n": N("1")}); err != nil {
				return err
			}
			get := func(sk string) types.TransactGetItem {
				return types.TransactGetItem{Get: &types.Get{TableName: b.table, Key: b.key(sk)}}
			}
			got, err := b.c.TransactGetItems(b.ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{get("1"), get("2")}})
			if err != nil {
				return err
			}
			if len(got.Responses) != 2 || got.Responses[0].Item != nil {
				return fmt.Errorf("got %v", got.Responses)
			}
			return same(b.of("2", item{"n": N("1")}), got.Responses[1].Item)
		}},
	}
}

// many returns puts of n items of a size.
func (b *bench) many(n, size int) []types.TransactWriteItem {
	var out []types.TransactWriteItem
	for i := range n {
		out = append(out, b.putting(fmt.Sprint(i), item{"a": S(strings.Repeat("x", size))}, ""))
	}
	return out
}
