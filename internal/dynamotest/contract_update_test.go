package dynamotest_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// updateFacts apply one update each to an item {n:1, l:[a,b,c], m:{x:1}, ss:{p,q}}. An empty change
// means that the update is rejected.
func updateFacts() []fact {
	var out []fact
	for _, u := range []struct {
		expr   string
		values item
		change item // nil values are attributes that must be gone
	}{
		{"SET y = :v", item{":v": S("1")}, item{"y": S("1")}},
		{"SET n = n + :v", item{":v": N("2.5")}, item{"n": N("3.5")}},
		{"SET n = :v - n", item{":v": N("1")}, item{"n": N("0")}},
		{"SET y = if_not_exists(y, :v), n = if_not_exists(n, :v)", item{":v": N("9")}, item{"y": N("9")}},
		{"SET y = if_not_exists(y, :v) + :v", item{":v": N("2")}, item{"y": N("4")}},
		{"SET l = list_append(l, :v)", item{":v": L(S("d"))}, item{"l": L(S("a"), S("b"), S("c"), S("d"))}},
		{"SET l = list_append(:v, l)", item{":v": L(S("d"))}, item{"l": L(S("d"), S("a"), S("b"), S("c"))}},
		{"SET l[1] = :v", item{":v": S("z")}, item{"l": L(S("a"), S("z"), S("c"))}},
		{"SET l[9] = :v", item{":v": S("z")}, item{"l": L(S("a"), S("b"), S("c"), S("z"))}},
		{"SET m.y = :v", item{":v": S("z")}, item{"m": M(item{"x": N("1"), "y": S("z")})}},
		{"SET y = n, n = :v", item{":v": N("7")}, item{"y": N("1"), "n": N("7")}},
		{"REMOVE n", nil, item{"n": nil}},
		{"REMOVE gone", nil, item{}},
		{"REMOVE l[0], l[1]", nil, item{"l": L(S("c"))}},
		{"REMOVE l[7]", nil, item{}},
		{"REMOVE m.x", nil, item{"m": M(item{})}},
		{"REMOVE m SET m2 = m", nil, item{"m": nil, "m2": M(item{"x": N("1")})}},
		{"ADD n :v", item{":v": N("-3")}, item{"n": N("-2")}},
		{"ADD y :v", item{":v": N("3")}, item{"y": N("3")}},
		{"ADD ss :v", item{":v": SS("q", "r")}, item{"ss": SS("p", "q", "r")}},
		{"DELETE ss :v", item{":v": SS("q", "zz")}, item{"ss": SS("p")}},
		{"DELETE ss :v REMOVE n", item{":v": SS("p", "q")}, item{"ss": nil, "n": nil}},
		{"DELETE gone :v", item{":v": SS("p")}, item{}},
		{"SET y = gone", nil, nil},
		{"SET n = n + :v", item{":v": S("1")}, nil},
		{"SET y = l + :v", item{":v": N("1")}, nil},
		{"SET gone.y = :v", item{":v": S("1")}, nil},
		{"SET n.y = :v", item{":v": S("1")}, nil},
		{"ADD l :v", item{":v": N("1")}, nil},
		{"ADD y :v", item{":v": S("1")}, nil},
		{"DELETE n :v", item{":v": SS("1")}, nil},
		{"SET y = :v, y = :v", item{":v": S("1")}, nil},
		{"SET m = :v, m.x = :v", item{":v": S("1")}, nil},
		{"SET y = :v SET z = :v", item{":v": S("1")}, nil},
		{"SET pk = :v", item{":v": S("1")}, nil},
		{"ADD sk :v", item{":v": N("1")}, nil},
		{"SET y = size(l)", nil, nil},
		{"SET y", nil, nil},
		{"REMOVE", nil, nil},
	} {
		out = append(out, fact{fmt.Sprintf("update/%s/%s", u.expr, shown(u.values)), func(b *bench) error {
			return b.update(u.expr, u.values, u.change)
		}})
	}
	return append(out,
		fact{"update/makes an item that is not there", func(b *bench) error {
			if err := b.set("1", "SET y = :v", item{":v": N("1")}); err != nil {
				return err
			}
			return b.holds("1", item{"y": N("1")})
		}},
		fact{"update/without an expression makes the key alone", func(b *bench) error {
			_, err := b.c.UpdateItem(b.ctx, &dynamodb.UpdateItemInput{TableName: b.table, Key: b.key("1")})
			if err != nil {
				return err
			}
			return b.holds("1", item{})
		}},
		fact{"delete/of nothing succeeds", func(b *bench) error {
			_, err := b.c.DeleteItem(b.ctx, &dynamodb.DeleteItemInput{TableName: b.table, Key: b.key("1")})
			return err
		}},
	)
}

func (b *bench) set(sk, expr string, values item) error {
	_, err := b.c.UpdateItem(b.ctx, &dynamodb.UpdateItemInput{TableName: b.table, Key: b.key(sk),
		UpdateExpression: &expr, ExpressionAttributeValues: values})
	return err
}

func (b *bench) update(expr string, values, change item) error {
	want := item{"n": N("1"), "l": L(S("a"), S("b"), S("c")), "m": M(item{"x": N("1")}), "ss": SS("p", "q")}
	if err := b.put("1", want); err != nil {
		return err
	}
	err := b.set("1", expr, values)
	switch {
	case change == nil:
		if err := invalid(err); err != nil {
			return err
		}
	case err != nil:
		return err
	}
	for k, v := range change {
		want[k] = v
		if v == nil {
			delete(want, k)
		}
	}
	return b.holds("1", want)
}

// numberFacts store a number and read it back. If want is empty, the number is rejected.
func numberFacts() []fact {
	nines, tiny := "99999999999999999999999999999999999999", "1e-130"
	var out []fact
	for _, n := range []struct{ in, want string }{
		{"1.0", "1"}, {"007", "7"}, {"-0", "0"}, {"1e2", "100"}, {"1.50E-1", "0.15"}, {"+5", "5"}, {nines, nines},
		{tiny, "0." + fmt.Sprintf("%0130d", 1)},
		{nines + "1", ""}, {"1e126", ""}, {"1e-131", ""}, {"", ""}, {"one", ""}, {"0x10", ""}, {"NaN", ""}, {"Infinity", ""},
	} {
		out = append(out, fact{"number/" + n.in, func(b *bench) error {
			err := b.put("1", item{"n": N(n.in)})
			if n.want == "" {
				return invalid(err)
			}
			if err != nil {
				return err
			}
			return b.holds("1", item{"n": N(n.want)})
		}})
	}
	return append(out,
		fact{"number/sets hold values, not spellings", func(b *bench) error {
			return invalid(b.put("1", item{"ns": NS("1", "1.0")}))
		}},
		fact{"value/an empty set", func(b *bench) error {
			return invalid(b.put("1", item{"ss": &types.AttributeValueMemberSS{Value: []string{}}}))
		}},
		fact{"value/duplicates in a set", func(b *bench) error { return invalid(b.put("1", item{"ss": SS("a", "a")})) }},
		fact{"value/an empty string and an empty list", func(b *bench) error {
			want := item{"s": S(""), "l": L(), "m": M(item{})}
			if err := b.put("1", want); err != nil {
				return err
			}
			got, err := b.get("1")
			if err != nil {
				return err
			}
			if len(got) != 3 {
				return fmt.Errorf("got %v", got)
			}
			return same(S(""), got["s"])
		}},
	)
}
