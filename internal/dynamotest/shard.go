package dynamotest

import "fmt"

// shard is a part of a stream: the records of the items whose hash leaves the rest part when
// divided by of, from one sequence number up to another, which is 0 while the shard is open.
type shard struct {
	id, parent string
	from, to   int
	part, of   uint64
}

func shardName(n int) string { return fmt.Sprintf("shardId-00000000000000000000-%08d", n) }

// SplitShard closes each open shard of a table's stream. Two children take its place, which share
// the items of the parent: a large partition key may have items in both, as the service splits a
// partition between two sort keys as well.
func (e *Engine) SplitShard(table string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.tables[table]
	if t == nil || t.stream == nil {
		return
	}
	s := t.stream
	for i := range len(s.shards) {
		h := s.shards[i]
		if h.to > 0 {
			continue
		}
		s.shards[i].to = s.end()
		for _, part := range []uint64{h.part, h.part + h.of} {
			s.shards = append(s.shards, shard{id: shardName(len(s.shards) + 1), parent: h.id, from: s.end(), part: part, of: 2 * h.of})
		}
	}
}

// shard returns a shard by its id, nil if there is none.
func (s *stream) shard(id string) *shard {
	for i := range s.shards {
		if s.shards[i].id == id {
			return &s.shards[i]
		}
	}
	return nil
}

// has reports whether a record of a table is in the shard.
func (h *shard) has(t *table, r record) bool {
	return r.seq >= h.from && (h.to == 0 || r.seq < h.to) &&
		(h.of == 1 || hashOf(itemID(t, r.item()))%h.of == h.part)
}

// shardOf returns the id of the shard that has a record.
func (s *stream) shardOf(t *table, r record) string {
	for i := range s.shards {
		if s.shards[i].has(t, r) {
			return s.shards[i].id
		}
	}
	return "" // unreachable: the shards have all records
}

func (h *shard) describe() map[string]any {
	numbers := map[string]any{"StartingSequenceNumber": sequence(h.from)}
	if h.to > 0 {
		numbers["EndingSequenceNumber"] = sequence(h.to - 1)
	}
	out := map[string]any{"ShardId": h.id, "SequenceNumberRange": numbers}
	if h.parent != "" {
		out["ParentShardId"] = h.parent
	}
	return out
}
