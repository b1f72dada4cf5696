package dynamotest

import "os"

// Size is the size of a test that would take long at its full size: full where SCIMSTACK_LARGE=1
// is set, as scripts/large.sh does, and otherwise small. Limits that a test is about are no such
// sizes.
func Size[T any](small, full T) T {
	if os.Getenv("SCIMSTACK_LARGE") == "1" {
		return full
	}
	return small
}
