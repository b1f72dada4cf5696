// Package seeds says which random histories a test plays.
//
//	-….seed=17        the one with this seed
//	VARIABLE=1000     so many new ones, whose seeds are reported
//	otherwise         those of 1 to n, so that the test is the same each time
package seeds

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Of returns one, if it is not 0, or as many new seeds as the environment variable says, or those from 1 to n.
func Of(t *testing.T, one uint64, variable string, n int) []uint64 {
	t.Helper()
	if one != 0 {
		return []uint64{one}
	}
	first := uint64(1)
	if text := os.Getenv(variable); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(variable, " is not a number of histories, such as 1000: ", err)
		}
		first = rand.Uint64N(1 << 40)
	}
	t.Logf("seeds %d to %d", first, first+uint64(n)-1)
	list := make([]uint64, n)
	for i := range list {
		list[i] = first + uint64(i)
	}
	return list
}
