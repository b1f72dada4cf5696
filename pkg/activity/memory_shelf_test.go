package activity

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/internal/racing"
)

// recordOf returns a packed record with an id and a number of further bytes.
func recordOf(id string, more int) packed {
	return append(append(packed{byte(len(id))}, id...), bytes.Repeat([]byte{id[len(id)-1]}, more)...)
}

// TestShelf: a shelf has the newest of what was put into it, in the order of the ids, and takes little more space than
// that. Records come nearly in order, in any order, again, and in sizes that differ much.
func TestShelf(t *testing.T) {
	t.Parallel()
	const keep, limit = 100, 400_000
	var s shelf
	have := map[string]packed{}
	for i := range racing.Size(3000, 30_000) {
		at := 1_000_000 + i
		switch rand.IntN(20) {
		case 0:
			at -= rand.IntN(200)
		case 1:
			at += 50_000 * rand.IntN(2) // a fast clock
		default:
			at -= rand.IntN(4)
		}
		more := rand.IntN(300)
		if i%1000 < 100 {
			more = rand.IntN(60_000)
		}
		r := recordOf(fmt.Sprintf("%09d", at), more)
		if _, there := have[string(r.id())]; !there {
			have[string(r.id())] = r
		}
		s.put(string(r.id()), r)
		s.trim(keep, limit)
		ids := make([]string, 0, len(have))
		for id := range have {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids[:len(ids)-s.len()] {
			delete(have, id)
		}
		if s.len() > keep || s.bytes > limit || s.held > 2*(s.bytes+maxChunk) || len(s.slots) > 8*keep {
			t.Fatalf("%d records, %d bytes, %d held, %d slots", s.len(), s.bytes, s.held, len(s.slots))
		}
		sum := 0
		for j, id := range ids[len(ids)-s.len():] {
			if !bytes.Equal(s.at(j), have[id]) {
				t.Fatalf("record %d is %s, want %s", j, s.at(j).id(), id)
			}
			sum += len(have[id]) + slotSize
			if k, there := s.find(id); k != j || !there {
				t.Fatalf("%s is found at %d %v, want %d", id, k, there, j)
			}
		}
		if sum != s.bytes {
			t.Fatalf("%d bytes are counted, %d are there", s.bytes, sum)
		}
	}
}

// TestShelfCompacts: records that stay long do not keep the chunks of those that were forgotten.
func TestShelfCompacts(t *testing.T) {
	t.Parallel()
	var s shelf
	for i := range 20_000 {
		id := fmt.Sprintf("%09d", i)
		if i%1000 == 0 {
			id = fmt.Sprintf("9%08d", i) // of a fast clock
		}
		s.put(id, recordOf(id, 1000))
		s.trim(50, 1<<20)
	}
	if s.held > 2*(s.bytes+maxChunk) || s.len() != 50 || string(s.at(0).id()) >= "9" {
		t.Errorf("%d bytes are held for %d", s.held, s.bytes)
	}
}
