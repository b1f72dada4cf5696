package dynamo

import (
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

func stringOf(it item, name string) string {
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

// codec says how attrDocument is encoded: 0 is plain JSON. Every item has it from the first
// version on, so that a later encoding can be recognised.
const codec = 0

// fields returns the attributes of a resource item, without the key and the state of its edges.
func fields(r *scim.Resource) item {
	it := item{
		attrVersion: num(r.Version), attrCreated: num(r.Created.UnixMilli()), attrModified: num(r.LastModified.UnixMilli()),
		attrCodec: num(codec), attrDocument: bin(r.Document),
	}
	if len(r.Hidden) > 0 {
		it[attrHidden] = bin(r.Hidden)
	}
	if r.ExternalID != "" {
		it[attrExternalID] = str(r.ExternalID)
	}
	if len(r.Keys) > 0 {
		it[attrIndexKeys] = packKeys(r.Keys)
	}
	return it
}

func packKeys(keys []scim.IndexKey) types.AttributeValue {
	list := make([]types.AttributeValue, len(keys))
	for i, k := range keys {
		list[i] = str(packKey(k))
	}
	return &types.AttributeValueMemberL{Value: list}
}

// packKey writes an index key as one string: u (unique) or x, the attribute, NUL, the value.
func packKey(k scim.IndexKey) string {
	kind := "x"
	if k.Unique {
		kind = "u"
	}
	return kind + k.Attr + "\x00" + k.Value
}

func unpackKey(s string) scim.IndexKey {
	attr, value, _ := strings.Cut(s[1:], "\x00")
	return scim.IndexKey{Attr: attr, Value: value, Unique: s[0] == 'u'}
}

// resourceOf reads a resource item.
func resourceOf(typ string, it item) (*scim.Resource, error) {
	if c := numberOf(it, attrCodec); c != codec {
		return nil, &VersionError{What: "an item of type " + typ, Codec: c, Newer: true}
	}
	r := &scim.Resource{
		Type: typ, ID: stringOf(it, attrSK), ExternalID: stringOf(it, attrExternalID), Version: numberOf(it, attrVersion),
		Created: time.UnixMilli(numberOf(it, attrCreated)).UTC(), LastModified: time.UnixMilli(numberOf(it, attrModified)).UTC(),
		Document: bytesOf(it, attrDocument), Hidden: bytesOf(it, attrHidden),
	}
	if l, ok := it[attrIndexKeys].(*types.AttributeValueMemberL); ok {
		for _, v := range l.Value {
			if s, ok := v.(*types.AttributeValueMemberS); ok && s.Value != "" {
				r.Keys = append(r.Keys, unpackKey(s.Value))
			}
		}
	}
	r.State = readState(it).opaque()
	return r, nil
}

// maxResource is the largest resource that is stored, in bytes. DynamoDB allows 400 KB for an
// item; names, keys and the state of edges take the rest.
const maxResource = 390 << 10

// MaxResource implements scim.Bounded.
func (s *Store) MaxResource() int { return maxResource }

// checkSize returns *scim.TooLargeError for a resource that no item can hold, before anything
// is written.
func checkSize(c scim.Change) error {
	if c.Put == nil {
		return nil
	}
	size := len(c.Put.Document) + len(c.Put.Hidden) + len(c.Put.ExternalID)
	for _, k := range c.Keys {
		size += len(k.Attr) + len(k.Value) + 8
	}
	if size > maxResource {
		return &scim.TooLargeError{Bytes: size, Limit: maxResource}
	}
	return nil
}
