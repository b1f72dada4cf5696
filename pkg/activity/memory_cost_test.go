package activity

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/racing"
)

// TestMemoryCost: records that are kept have no pointers, so that thousands are a few objects for the garbage
// collector, and keeping one allocates nothing when a Memory is full. What is allocated beside is the record itself.
func TestMemoryCost(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it, and the heap is measured
	for name, c := range map[string]struct {
		size uint64  // bytes of a record that is kept
		most float64 // allocations from the queue to the Memory, those of a batch included
	}{"get": {200, 1.5}, "create": {380, 7.5}, "PATCH": {240, 2.5}} {
		of := observed(t)[name]
		before := heap()
		log := fullOf(of)
		after := heap()
		if n := log.by[of(0).rec.Tenant].own.len(); n != 10_000 {
			t.Fatalf("%s: %d records", name, n)
		}
		objects, size := after.HeapObjects-before.HeapObjects, (after.HeapAlloc-before.HeapAlloc)/10_000
		if objects > 200 || size > c.size {
			t.Errorf("%s: 10,000 records are %d objects of %d bytes each, want at most 200 of %d", name, objects, size, c.size)
		}
		w, batch, records := newTestWorker(log), make([]entry, 25), make([]Record, 1)
		for i := range batch {
			batch[i] = of(20_000 + i)
		}
		allocs := testing.AllocsPerRun(100, func() {
			for i := range batch {
				batch[i].rec.Time = batch[i].rec.Time.Add(time.Second)
			}
			w.write(batch)
		}) / float64(len(batch))
		if allocs > racing.Size(c.most+2, c.most) {
			t.Errorf("%s: %v allocations per record, want at most %v", name, allocs, c.most)
		}
		w.describe.record(&records[0], &batch[0])
		ids := make([]string, 21_000)
		for i := range ids {
			ids[i] = NewID(records[0].Time.Add(time.Duration(i+1) * time.Second))
		}
		n := -1
		if allocs := testing.AllocsPerRun(20_000, func() {
			n++
			records[0].ID = ids[n]
			if err := log.AppendAll(t.Context(), records); err != nil {
				t.Fatal(err)
			}
		}); allocs > 0 {
			t.Errorf("%s: a full Memory makes %v allocations per record", name, allocs)
		}
	}
}

// TestMemoryWhileWriting: readers see whole records, in order, while others are appended and space is used again.
func TestMemoryWhileWriting(t *testing.T) {
	t.Parallel()
	log, id := NewMemoryWith(MemoryOptions{Records: 300, Bytes: 100_000}), tenantNamed(t, "acme")
	start := time.Unix(1_700_000_000, 0)
	done := async.Go(func() error {
		for i := range racing.Size(5000, 50_000) {
			at := start.Add(time.Duration(i-i%7) * time.Millisecond) // nearly in order
			text := NewID(at)
			if err := log.Append(t.Context(), Record{ID: text, Tenant: id, Time: at, Resource: text, Changed: []string{text, text[:i%24]}, Status: 200 + 201*(i%2)}); err != nil {
				return err
			}
		}
		return nil
	})
	read := 0
	for q := (Query{}); ; {
		page, err := log.Query(t.Context(), id, q)
		if err != nil {
			t.Fatal(err)
		}
		before := "g"
		for _, r := range page.Records {
			if r.ID >= before || r.Resource != r.ID || len(r.Changed) != 2 || r.Changed[0] != r.ID || r.Time.UnixMicro() == 0 {
				t.Fatalf("after %s: %+v", before, r)
			}
			before, read = r.ID, read+1
		}
		q.After = page.Next
		select {
		case err := <-done:
			if err != nil || read == 0 {
				t.Errorf("%v: %d records were read", err, read)
			}
			return
		default:
		}
	}
}
