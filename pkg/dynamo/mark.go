package dynamo

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// mark says what has been counted of one resource that was created or removed lately.
type mark struct {
	present bool   // it counts as one
	in, out uint32 // the INSERT and the REMOVE that were counted last, as hashes; anyEvent; 0 for none
}

// anyEvent is an event that a recount has anticipated: its record does not count when it arrives.
const anyEvent = 1

// markRow is one item with the marks of some resources, which are created within about four seconds:
// the first ten characters of an id are its time.
type markRow struct {
	key
	prefix string
	marks  map[uint64]mark // by the hash of the id
	// early has the sequence numbers of REMOVEs of resources that no INSERT was counted for. An
	// INSERT that happened before does not count.
	early map[uint64]string
}

const (
	markPrefix  = "~seen#"
	markIDChars = 10 // of an id, in the key of its row
	markSize    = 16 // bytes of a mark
	// maxMarks bounds the size of a row. It takes 80,000 creations in four seconds to reach it; what
	// does not fit is forgotten, and a recount repairs what that may cost.
	maxMarks = 20_000
)

func idPrefix(id string) string { return id[:min(len(id), markIDChars)] }

func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

func markOf(id string) uint64 { return hashOf(id) >> 8 }

// markSK is the sort key of the row with the mark of an id. The marks of four seconds have four
// rows, so that none of them grows large. The keys have the order of the ids.
func markSK(typ, id string) string {
	return fmt.Sprintf("%s%s#%s#%d", markPrefix, typ, idPrefix(id), markOf(id)%4)
}

// eventOf identifies the event of a record.
func eventOf(r StreamRecord) uint32 {
	return uint32(hashOf(r.Kind+paddedSequence(r.Sequence))) | 2 // neither none nor anyEvent
}

// apply returns what a record adds to the counter, and whether it had not been seen before.
func (row *markRow) apply(r StreamRecord, young bool) (delta int64, news bool) {
	id, event := markOf(stringOf(r.Keys, attrSK)), eventOf(r)
	m, known := row.marks[id]
	if r.Kind == "INSERT" {
		if m.in == event {
			return 0, false
		}
		anticipated := m.in == anyEvent || m.present
		m.in = event
		if seq, early := row.early[id]; early {
			delete(row.early, id)
			anticipated = paddedSequence(seq) > paddedSequence(r.Sequence)
		}
		if !anticipated {
			m.present, delta = true, 1
		}
		row.marks[id] = m
		return delta, true
	}
	if m.out == event {
		return 0, false
	}
	m.out = event
	switch {
	case m.present:
		m.present, delta = false, -1
	case known:
	case young:
		row.early[id] = r.Sequence
	default:
		delta = -1
	}
	row.marks[id] = m
	return delta, true
}

// claim makes a resource count that exists, before its record arrives. It reports whether that is new.
func (row *markRow) claim(id uint64) bool {
	m := row.marks[id]
	if m.present {
		return false
	}
	delete(row.early, id)
	row.marks[id] = mark{present: true, in: anyEvent, out: m.out}
	return true
}

// disclaim is claim for a resource that no longer exists.
func (row *markRow) disclaim(id uint64) {
	m := row.marks[id]
	m.present, m.out = false, anyEvent
	row.marks[id] = m
}

func newMarkRow(t scim.TenantID, sk string) *markRow {
	parts := strings.Split(sk, "#")
	return &markRow{key: markKey(t, sk), prefix: strings.Join(parts[2:len(parts)-1], "#"), marks: map[uint64]mark{}, early: map[uint64]string{}}
}

// markRows reads rows. A row that does not exist is empty.
func (s *Store) markRows(ctx context.Context, t scim.TenantID, sks []string) (map[string]*markRow, error) {
	rows := make(map[string]*markRow, len(sks))
	keys := make([]key, len(sks))
	for i, sk := range sks {
		rows[sk] = newMarkRow(t, sk)
		keys[i] = rows[sk].key
	}
	items, err := s.batchGet(ctx, keys)
	for _, it := range items {
		rows[stringOf(it, attrSK)].read(it)
	}
	return rows, err
}

func (row *markRow) read(it item) {
	for b := range slices.Chunk(bytesOf(it, attrMarks), markSize) {
		if len(b) == markSize {
			head := binary.BigEndian.Uint64(b)
			row.marks[head>>8] = mark{head&1 == 1, binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])}
		}
	}
	if m, ok := it[attrEarly].(*types.AttributeValueMemberM); ok {
		for id := range m.Value {
			var n uint64
			if _, err := fmt.Sscanf(id, "%x", &n); err == nil {
				row.early[n] = stringOf(m.Value, id)
			}
		}
	}
}

// item is the row as it is stored: its marks of 16 bytes, ascending.
func (row *markRow) item(now time.Time) item {
	ids := slices.Sorted(maps.Keys(row.marks))
	ids = ids[:min(len(ids), maxMarks)]
	packed := make([]byte, 0, markSize*len(ids))
	for _, id := range ids {
		m := row.marks[id]
		head := id << 8
		if m.present {
			head |= 1
		}
		packed = binary.BigEndian.AppendUint64(packed, head)
		packed = binary.BigEndian.AppendUint32(packed, m.in)
		packed = binary.BigEndian.AppendUint32(packed, m.out)
	}
	it := row.key.item()
	it[attrMarks], it[attrTTL] = bin(packed), num(now.Add(markLife).Unix())
	if len(row.early) > 0 {
		early := item{}
		for _, id := range slices.Sorted(maps.Keys(row.early)) {
			if len(early) < maxEarly {
				early[fmt.Sprintf("%x", id)] = str(row.early[id])
			}
		}
		it[attrEarly] = &types.AttributeValueMemberM{Value: early}
	}
	return it
}

// maxEarly bounds early, as maxMarks bounds the marks.
const maxEarly = 1000

// paddedSequence makes sequence numbers, which have up to 40 digits, sort as strings.
func paddedSequence(sequence string) string { return fmt.Sprintf("%040s", sequence) }
