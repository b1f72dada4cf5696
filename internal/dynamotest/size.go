package dynamotest

const (
	maxItemSize      = 400 << 10
	maxPageSize      = 1 << 20
	maxPartitionKey  = 2048
	maxSortKey       = 1024
	maxTransactSize  = 4 << 20
	maxBatchGetSize  = 16 << 20
	maxBatchPutSize  = 16 << 20
	maxTransactItems = 100
	maxBatchGets     = 100
	maxBatchWrites   = 25
	readUnit         = 4 << 10
	writeUnit        = 1 << 10
)

// size returns the size for limits and billing: names and values in UTF-8, a number by its digits,
// three bytes for a list or a map and one for each element.
func (it item) size() int {
	n := 0
	for k, v := range it {
		n += len(k) + v.size()
	}
	return n
}

func (v value) size() int {
	switch v.t {
	case "S", "B":
		return len(v.s)
	case "N":
		return v.n.size()
	case "SS", "BS":
		n := 0
		for _, m := range v.set {
			n += len(m)
		}
		return n
	case "NS":
		n := 0
		for _, m := range v.set {
			d, _ := parseNumber(m)
			n += d.size()
		}
		return n
	case "L":
		n := 3
		for _, e := range v.list {
			n += 1 + e.size()
		}
		return n
	case "M":
		return 3 + len(v.m) + v.m.size()
	}
	return 1
}

// units returns a size in billing units, at least one.
func units(size, unit int) float64 {
	return float64(max(1, (size+unit-1)/unit))
}
