package dynamo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func bin(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func nums(list ...int64) types.AttributeValue {
	set := make([]string, len(list))
	for i, n := range list {
		set[i] = strconv.FormatInt(n, 10)
	}
	return &types.AttributeValueMemberNS{Value: set}
}

func (k key) item() item { return item{attrPK: str(k.pk), attrSK: str(k.sk)} }

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

func bytesOf(it item, name string) []byte {
	if v, ok := it[name].(*types.AttributeValueMemberB); ok {
		return v.Value
	}
	return nil
}

func numbersOf(it item, name string) []int64 {
	v, ok := it[name].(*types.AttributeValueMemberNS)
	if !ok {
		return nil
	}
	out := make([]int64, 0, len(v.Value))
	for _, s := range v.Value {
		n, _ := strconv.ParseInt(s, 10, 64) // we wrote it
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// codec says how doc is stored: 0 is plain JSON. It is there from the first day, so that
// another one can be told apart.
const codec = 0

// fields are the attributes of a resource item, without the key and the state of its edges.
func fields(r *scim.Resource) item {
	it := item{
		"v": num(r.Version), "cr": num(r.Created.UnixMilli()), "lm": num(r.LastModified.UnixMilli()),
		"c": num(codec), "doc": bin(r.Document),
	}
	if len(r.Hidden) > 0 {
		it["hid"] = bin(r.Hidden)
	}
	if r.ExternalID != "" {
		it["xi"] = str(r.ExternalID)
	}
	if len(r.Keys) > 0 {
		list := make([]types.AttributeValue, len(r.Keys))
		for i, k := range r.Keys {
			list[i] = str(packKey(k))
		}
		it["k"] = &types.AttributeValueMemberL{Value: list}
	}
	return it
}

// packKey writes an index key as one string: u or x, the attribute, NUL, the value.
func packKey(k scim.IndexKey) string {
	mark := "x"
	if k.Unique {
		mark = "u"
	}
	return mark + k.Attr + "\x00" + k.Value
}

func unpackKey(s string) scim.IndexKey {
	attr, value, _ := strings.Cut(s[1:], "\x00")
	return scim.IndexKey{Attr: attr, Value: value, Unique: s[0] == 'u'}
}

// resourceOf reads a resource item.
func resourceOf(typ string, it item) (*scim.Resource, error) {
	if c := numberOf(it, "c"); c != codec {
		return nil, fmt.Errorf("dynamo: item of %s has the unknown codec %d", typ, c)
	}
	r := &scim.Resource{
		Type: typ, ID: textOf(it, attrSK), ExternalID: textOf(it, "xi"), Version: numberOf(it, "v"),
		Created: time.UnixMilli(numberOf(it, "cr")).UTC(), LastModified: time.UnixMilli(numberOf(it, "lm")).UTC(),
		Document: bytesOf(it, "doc"), Hidden: bytesOf(it, "hid"),
	}
	if l, ok := it["k"].(*types.AttributeValueMemberL); ok {
		for _, v := range l.Value {
			if s, ok := v.(*types.AttributeValueMemberS); ok && s.Value != "" {
				r.Keys = append(r.Keys, unpackKey(s.Value))
			}
		}
	}
	r.State = readState(it).any()
	return r, nil
}

// maxItem is the room for a resource: DynamoDB takes 400 KB, of which names, keys and the
// state of edges need some.
const maxItem = 390 << 10

// fits refuses a resource that no item can hold, before anything is written.
func fits(c scim.Change) error {
	if c.Put == nil {
		return nil
	}
	size := len(c.Put.Document) + len(c.Put.Hidden) + len(c.Put.ExternalID)
	for _, k := range c.Keys {
		size += len(k.Attr) + len(k.Value) + 8
	}
	if size > maxItem {
		return &scim.TooLargeError{Bytes: size, Limit: maxItem}
	}
	return nil
}
