package dynamotest_test

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ignoreOrder compares values of the SDK: sets have no order, and a nil item differs from an empty
// one.
func ignoreOrder() []cmp.Option {
	sorted := func(in []string) []string { return slices.Sorted(slices.Values(in)) }
	return []cmp.Option{
		cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberB{},
			types.AttributeValueMemberBOOL{}, types.AttributeValueMemberNULL{}, types.AttributeValueMemberL{}, types.AttributeValueMemberM{}),
		cmp.Comparer(func(a, b types.AttributeValueMemberSS) bool { return slices.Equal(sorted(a.Value), sorted(b.Value)) }),
		cmp.Comparer(func(a, b types.AttributeValueMemberNS) bool { return slices.Equal(sorted(a.Value), sorted(b.Value)) }),
	}
}
