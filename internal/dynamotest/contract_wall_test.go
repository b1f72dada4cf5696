package dynamotest_test

import (
	"fmt"
	"strings"
	"sync"
)

// wallFacts are about requests at the same time. The units that a partition key takes in a second
// are no fact: the service may lend more than it promises.
func wallFacts() []fact {
	return []fact{
		{"wall/transactions on one item at the same time conflict", func(b *bench) error {
			return b.together(func() error { return b.transact("", b.putting("1", nil, ""), b.putting("2", nil, "")) }, "TransactionConflict")
		}},
		{"wall/a read beside a transaction succeeds", func(b *bench) error {
			return b.together(func() error {
				if _, _, err := codes(b.transact("", b.putting("1", nil, ""))); err == nil {
					return nil // the transaction conflicted with another one
				}
				_, err := b.get("1")
				return err
			}, "")
		}},
	}
}

// together sends requests from eight goroutines. It requires that one of them is refused for the
// reason, and that no request has another error.
func (b *bench) together(send func() error, reason string) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen, other := false, error(nil)
	for range 8 {
		wg.Go(func() {
			for range 10 {
				err := send()
				if err == nil {
					continue
				}
				_, got, not := codes(err)
				refused := not == nil && strings.Contains(got, reason)
				mu.Lock()
				if seen = seen || refused; !refused {
					other = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if other == nil && reason != "" && !seen {
		return fmt.Errorf("no request was refused with %s", reason)
	}
	return other
}
