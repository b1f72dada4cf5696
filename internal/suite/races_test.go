package suite_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
)

func TestRaces(t *testing.T) {
	t.Parallel()
	t.Run("A-34 twenty creates of one name", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		counts := race(t, 20, func(int) int {
			status, _, _ := c.do("POST", "/Users", `{"userName":"one"}`)
			return status
		})
		if counts[201] != 1 || counts[409] != 19 {
			t.Error(counts)
		}
	})
	t.Run("E-08 twenty writers with one tag", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		u := c.create("/Users", `{"userName":"a"}`)
		counts := race(t, 20, func(i int) int {
			status, _, _ := c.do("PATCH", "/Users/"+u, patchBody(fmt.Sprintf(`{"op":"replace","path":"title","value":"t%d"}`, i)), "If-Match", `W/"1"`)
			return status
		})
		if counts[200] != 1 || counts[412] != 19 {
			t.Error(counts)
		}
	})
	t.Run("no update is lost without a tag", func(t *testing.T) {
		t.Parallel()
		c := connect(t, apptest.Start(t, nil), "acme", nil)
		u := c.create("/Users", `{"userName":"a"}`)
		counts := race(t, 20, func(i int) int {
			status, _, _ := c.do("PATCH", "/Users/"+u, patchBody(fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":"%d@x.example"}]}`, i)))
			return status
		})
		_, _, m := c.do("GET", "/Users/"+u, "")
		if emails, _ := m["emails"].([]any); len(emails) != counts[200] || counts[200]+counts[503] != 20 {
			t.Errorf("%v, %d emails", counts, len(emails))
		}
	})
}

// race calls do n times at once, and counts the statuses that it returns.
func race(t *testing.T, n int, do func(int) int) map[int]int {
	t.Helper()
	statuses, numbers := make([]int, n), make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	if err := async.Each(t.Context(), n, numbers, func(_ context.Context, i int) error {
		statuses[i] = do(i)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	return counts
}
