package dynamotest_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// subject is the item that conditions are tested on.
func subject() item {
	return item{"s": S("hello"), "n": N("10"), "b": B("\x01\x02"), "t": &types.AttributeValueMemberBOOL{Value: true},
		"l": L(S("a"), N("2")), "m": M(item{"in": M(item{"deep": S("x")})}), "ss": SS("p", "q"), "ns": NS("1", "2"),
		"nul": &types.AttributeValueMemberNULL{Value: true}}
}

// conditionFacts test one condition each, as the condition of a write and as a filter.
func conditionFacts() []fact {
	var out []fact
	for _, c := range []struct {
		expr   string
		values item
		want   bool
	}{
		{"attribute_exists(s)", nil, true},
		{"attribute_exists(gone)", nil, false},
		{"attribute_not_exists(gone)", nil, true},
		{"attribute_not_exists(m.gone)", nil, true},
		{"attribute_exists(m.#in.deep)", nil, true},
		{"attribute_exists(l[1])", nil, true},
		{"attribute_exists(l[2])", nil, false},
		{"attribute_type(nul, :v)", item{":v": S("NULL")}, true},
		{"attribute_type(ss, :v)", item{":v": S("L")}, false},
		{"s = :v", item{":v": S("hello")}, true},
		{"s = :v", item{":v": N("1")}, false},
		{"n = :v", item{":v": N("10.0")}, true},
		{"n <> :v", item{":v": N("10.0")}, false},
		{"gone <> :v", item{":v": N("1")}, true},
		{"gone = :v", item{":v": N("1")}, false},
		{"n < :v", item{":v": N("9")}, false},
		{"n > :v", item{":v": N("9")}, true},
		{"n >= :v", item{":v": S("1")}, false},
		{"s <= :v", item{":v": S("hello")}, true},
		{"n BETWEEN :a AND :z", item{":a": N("1"), ":z": N("10")}, true},
		{"n IN (:a, :z)", item{":a": S("10"), ":z": N("1e1")}, true},
		{"n IN (:a)", item{":a": S("10")}, false},
		{"begins_with(s, :v)", item{":v": S("he")}, true},
		{"begins_with(s, :v)", item{":v": S("el")}, false},
		{"contains(s, :v)", item{":v": S("ell")}, true},
		{"contains(ss, :v)", item{":v": S("q")}, true},
		{"contains(l, :v)", item{":v": N("2.0")}, true},
		{"contains(n, :v)", item{":v": N("1")}, false},
		{"size(s) = :v", item{":v": N("5")}, true},
		{"size(l) >= :v", item{":v": N("3")}, false},
		{"size(n) = :v", item{":v": N("2")}, false},
		{"ss = :v", item{":v": SS("q", "p")}, true},
		{"m = :v", item{":v": M(item{"in": M(item{"deep": S("x")})})}, true},
		{"NOT s = :v", item{":v": S("hello")}, false},
		{"attribute_exists(gone) OR attribute_exists(s) AND attribute_exists(n)", nil, true},
		{"(attribute_exists(s) OR attribute_exists(n)) AND attribute_exists(gone)", nil, false},
		{"NOT attribute_exists(gone) AND t = :v", item{":v": &types.AttributeValueMemberBOOL{Value: true}}, true},
	} {
		name := fmt.Sprintf("condition/%s/%s", c.expr, shown(c.values))
		out = append(out, fact{name, func(b *bench) error { return b.condition(c.expr, c.values, c.want) }})
	}
	return out
}

func shown(values item) string {
	s := ""
	for _, k := range []string{":a", ":v", ":z"} {
		switch v := values[k].(type) {
		case *types.AttributeValueMemberS:
			s += "S" + v.Value
		case *types.AttributeValueMemberN:
			s += "N" + v.Value
		}
	}
	return s
}

func (b *bench) condition(expr string, values item, want bool) error {
	if err := b.put("1", subject()); err != nil {
		return err
	}
	names := namesIn(expr)
	_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of("1", subject()),
		ConditionExpression: &expr, ExpressionAttributeValues: values, ExpressionAttributeNames: names})
	if want && err != nil {
		return err
	}
	if !want {
		if err := code(err, "ConditionalCheckFailedException", "The conditional request failed"); err != nil {
			return err
		}
	}
	q := b.query()
	for k, v := range values {
		q.ExpressionAttributeValues[k] = v
	}
	q.FilterExpression, q.ExpressionAttributeNames = &expr, names
	got, err := b.c.Query(b.ctx, q)
	switch {
	case err != nil:
		return err
	case got.ScannedCount != 1 || (got.Count == 1) != want:
		return fmt.Errorf("as a filter: count %d of %d", got.Count, got.ScannedCount)
	}
	return nil
}

// namesIn binds the one reserved word that the facts need, where an expression uses it.
func namesIn(expr string) map[string]string {
	for i := range expr {
		if expr[i] == '#' {
			return map[string]string{"#in": "in"}
		}
	}
	return nil
}
