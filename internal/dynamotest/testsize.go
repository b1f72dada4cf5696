package dynamotest

import "os"

// Size returns the size of a test that takes long at full size: full if the environment has
// SCIMSTACK_LARGE=1, which scripts/large.sh sets, and otherwise small. A limit that is the subject
// of a test is not such a size.
func Size[T any](small, full T) T {
	if os.Getenv("SCIMSTACK_LARGE") == "1" {
		return full
	}
	return small
}
