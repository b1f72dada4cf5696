package dynamo_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// removed is the record of a resource that went.
func removed(t scim.TenantID, typ, id string, sequence int) dynamo.StreamRecord {
	r := inserted(t, typ, id, sequence)
	r.Kind = "REMOVE"
	return r
}

// inserted is the record of a new resource.
func inserted(t scim.TenantID, typ, id string, sequence int) dynamo.StreamRecord {
	return dynamo.StreamRecord{Kind: "INSERT", Sequence: fmt.Sprint(sequence), Keys: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "T#" + t.String() + "#E#" + typ + "#0"},
		"SK": &types.AttributeValueMemberS{Value: id},
	}}
}
