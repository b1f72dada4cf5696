package engine

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// idSource makes UUIDs of version 7 that grow strictly within a process, so that the order
// of ids is the order of creation (RFC 9562 §5.7, §6.2 method 1: a counter in rand_a).
type idSource struct {
	now  func() time.Time
	mu   sync.Mutex
	last int64 // milliseconds<<12 | counter
}

func (s *idSource) next() string {
	var b [16]byte
	if _, err := rand.Read(b[8:]); err != nil {
		panic(err) // crypto/rand never fails on supported systems
	}
	s.mu.Lock()
	tick := s.now().UnixMilli() << 12
	if tick <= s.last {
		tick = s.last + 1
	}
	s.last = tick
	s.mu.Unlock()
	ms, counter := tick>>12, tick&0xfff
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	b[6] = 0x70 | byte(counter>>8)
	b[7] = byte(counter)
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// lowestID is below every id of next from a time on, and above those from before.
func lowestID(t time.Time) string {
	ms := max(t.UnixMilli(), 0)
	text := fmt.Sprintf("%012x", ms)
	return text[:8] + "-" + text[8:12] + "-7"
}
