package dynamotest

import (
	"math/rand/v2"
	"strings"
)

// CrashAfter returns a function for Inject that lets the first n writing requests through. After
// that it refuses every request, as if the writing process had died. Another call of Inject ends
// it.
func CrashAfter(n int) func(op string, _ int) Fault {
	dead := false
	return func(op string, _ int) Fault {
		if writes(op) {
			n--
			dead = dead || n < 0
		}
		if dead {
			return Fault{Kind: Refuse}
		}
		return Fault{}
	}
}

func writes(op string) bool {
	switch op {
	case "BatchWriteItem", "TransactWriteItems":
		return true
	}
	return strings.HasSuffix(op, "Item") && op != "GetItem" && op != "BatchGetItem"
}

// Randomly returns a function for Inject that fails a share of the requests, 0.05 for 5 %, with one
// of the given kinds. The same seed gives the same sequence. Operations on tables never fail.
func Randomly(seed uint64, share float64, kinds ...FaultKind) func(op string, _ int) Fault {
	random := rand.New(rand.NewPCG(seed, seed))
	return func(op string, _ int) Fault {
		hit, kind := random.Float64() < share, kinds[random.IntN(len(kinds))]
		if !hit || strings.Contains(op, "Table") || strings.Contains(op, "TimeToLive") {
			return Fault{}
		}
		return Fault{Kind: kind}
	}
}
