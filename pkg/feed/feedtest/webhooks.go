package feedtest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Webhooks checks the contract of webhook.Store. open returns one without endpoints.
func Webhooks(t *testing.T, open func(t *testing.T) webhook.Store) {
	t.Helper()
	for name, run := range map[string]func(*testing.T, webhook.Store){"endpoints": endpoints, "outbox": outbox, "claims": claims, "updates": updates, "a deleted tenant": forgotten, "letters": lettersOf} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

func endpoints(t *testing.T, s webhook.Store) {
	ctx, acme := t.Context(), place(t, "acme", "").Tenant
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	one := webhook.Endpoint{ID: "one", URL: "https://example.com/a?b=<c>", Types: []string{"user.*"}, Secrets: []string{"s2", "s1"}, Until: made.Add(time.Hour), Created: made}
	two := webhook.Endpoint{ID: "two", URL: "https://example.com", Tenant: acme, Secrets: []string{"s"}, Created: made}
	must(t, s.Create(ctx, two))
	must(t, s.Create(ctx, one))
	for _, e := range []webhook.Endpoint{one, {ID: "two"}} { // ids are those of the deployment, not of a tenant
		if err := s.Create(ctx, e); !errors.Is(err, webhook.ErrExists) {
			t.Error("a second one:", err)
		}
	}
	list, err := s.Endpoints(ctx)
	must(t, err)
	if d := cmp.Diff([]webhook.Endpoint{one, two}, list, cmp.Comparer(sameTenant)); d != "" {
		t.Error("(-want +got):", d)
	}
	change := func(e *webhook.Endpoint) error { // what a sender knows of it is in the store alone
		e.Failing, e.Failed, e.Several, e.Row, e.Rest = made, "acme/User/a", true, 3, made.Add(time.Minute)
		e.Pause(made, "why")
		return nil
	}
	must(t, change(&two))
	got, err := s.Update(ctx, "two", change)
	if d := cmp.Diff(two, got, cmp.Comparer(sameTenant)); d != "" || err != nil {
		t.Error("(-want +got):", d, err)
	}
	no := errors.New("no")
	if _, err := s.Update(ctx, "two", func(e *webhook.Endpoint) error { e.URL = ""; return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	if got, err = s.Endpoint(ctx, "two"); err != nil || !cmp.Equal(two, got, cmp.Comparer(sameTenant)) {
		t.Error(got, err)
	}
	must(t, s.Add(ctx, false, webhook.Delivery{Endpoint: "two", Tenant: acme, Seq: 1, Resource: "User/a"}))
	must(t, s.Remove(ctx, "two"))
	_, err = s.Endpoint(ctx, "two")
	_, updated := s.Update(ctx, "two", func(*webhook.Endpoint) error { return nil })
	for _, err := range []error{err, updated, s.Remove(ctx, "two")} {
		if !errors.Is(err, webhook.ErrUnknown) {
			t.Error("one that is removed:", err)
		}
	}
	if left, err := s.Deliveries(ctx, "two", false, 9); err != nil || len(left) != 0 {
		t.Error("its deliveries:", left, err)
	}
	for seq, waits := range map[int64]bool{1: true, 2: false} { // a process that has not noticed the removal
		d := webhook.Delivery{Endpoint: "two", Tenant: acme, Seq: seq, Resource: "User/a"}
		must(t, s.Add(ctx, false, d))
		if !waits {
			d.Dead = made
			must(t, s.Failed(ctx, d))
		}
	}
	must(t, s.Create(ctx, two))
	if waiting, dead := seqs(t, s, "two", false), seqs(t, s, "two", true); len(waiting)+len(dead) != 0 {
		t.Error("a new one of the same id has deliveries of the one before:", waiting, dead)
	}
}

func sameTenant(a, b scim.TenantID) bool { return a == b }

// seqs are the numbers of deliveries.
func seqs(t *testing.T, s webhook.Store, endpoint string, dead bool) (out []int64) {
	t.Helper()
	list, err := s.Deliveries(t.Context(), endpoint, dead, 99)
	must(t, err)
	for i := range list {
		out = append(out, list[i].Seq)
	}
	return out
}

func outbox(t *testing.T, s webhook.Store) {
	ctx, acme, globex := t.Context(), place(t, "acme", "").Tenant, place(t, "globex", "").Tenant
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(tenant scim.TenantID, seq int64, resource string) webhook.Delivery {
		return webhook.Delivery{Endpoint: "e", Tenant: tenant, Seq: seq, Resource: resource, Type: "user.updated", Next: now}
	}
	follow := func(d webhook.Delivery, want bool) {
		t.Helper()
		if waits, err := s.Follow(ctx, d); err != nil || waits != want {
			t.Errorf("fact %d waits: %v, %v", d.Seq, waits, err)
		}
	}
	follow(at(acme, 1, "User/a"), false)
	first := at(acme, 1, "User/a")
	first.Tries, first.First, first.Error, first.Next = 1, now, "no", now.Add(time.Minute)
	must(t, s.Add(ctx, false, first))
	follow(at(acme, 2, "User/a"), true)
	follow(at(acme, 2, "User/a"), true)
	follow(at(acme, 3, "User/b"), false)
	follow(at(globex, 3, "User/a"), false)
	other := at(acme, 3, "User/a")
	other.Endpoint = "other"
	follow(other, false)
	must(t, s.Add(ctx, false, at(acme, 1, "User/a"))) // it stays as it is
	list, err := s.Deliveries(ctx, "e", false, 9)
	if d := cmp.Diff([]webhook.Delivery{first, at(acme, 2, "User/a")}, list, cmp.Comparer(sameTenant)); err != nil || d != "" {
		t.Error("(-want +got):", d, err)
	}
	claim(t, s, now, 0) // the second one waits for the first
	claim(t, s, now.Add(time.Minute), 1)
	first.Dead, first.Tries = now, 2
	must(t, s.Failed(ctx, first))
	claim(t, s, now, 2) // the first one is given up
	if !slices.Equal(seqs(t, s, "e", true), []int64{1}) || !slices.Equal(seqs(t, s, "e", false), []int64{2}) {
		t.Error("dead:", seqs(t, s, "e", true))
	}
	follow(at(acme, 4, "User/a"), true)
	must(t, s.Add(ctx, true, at(acme, 1, "User/a"))) // again, by hand
	claim(t, s, now, 1)
	must(t, s.Done(ctx, at(acme, 1, "")))
	must(t, s.Failed(ctx, at(acme, 1, ""))) // it does not come back
	must(t, s.Hurry(ctx, "e", now, false))
	claim(t, s, now, 2)
	late := at(acme, 2, "User/a")
	late.Tries, late.First, late.Next = 5, now, now.Add(time.Hour)
	must(t, s.Failed(ctx, late))
	must(t, s.Hurry(ctx, "e", now, false))
	if list, err = s.Deliveries(ctx, "e", false, 1); err != nil || len(list) != 1 || list[0].Tries != 5 || !list[0].Next.Equal(now) {
		t.Error(list, err)
	}
	must(t, s.Hurry(ctx, "e", now, true))
	if list, err = s.Deliveries(ctx, "e", false, 1); err != nil || len(list) != 1 || list[0].Tries != 0 || !list[0].First.IsZero() {
		t.Error(list, err)
	}
}

// claim checks which delivery is due; 0 is none. It is then due again a minute later.
func claim(t *testing.T, s webhook.Store, now time.Time, want int64) {
	t.Helper()
	d, err := s.Claim(t.Context(), "e", now, now.Add(time.Minute))
	must(t, err)
	if got := d != nil; got != (want > 0) || got && d.Seq != want {
		t.Errorf("claimed %+v, want %d", d, want)
	}
}

// claims: each delivery is claimed once, however many ask.
func claims(t *testing.T, s webhook.Store) {
	ctx, acme := t.Context(), place(t, "acme", "").Tenant
	now := time.Now()
	const all = 12
	for seq := range int64(all) {
		must(t, s.Add(ctx, false, webhook.Delivery{Endpoint: "e", Tenant: acme, Seq: seq + 1, Resource: string(rune('a' + seq)), Next: now}))
	}
	got := make(chan int64, 4*all)
	workers := make([]<-chan error, 4)
	for i := range workers {
		workers[i] = async.Go(func() error {
			for range 3 * all {
				d, err := s.Claim(ctx, "e", now, now.Add(time.Minute))
				if err != nil {
					return err
				}
				if d != nil {
					got <- d.Seq
				}
			}
			return nil
		})
	}
	for _, w := range workers {
		must(t, <-w)
	}
	close(got)
	seen := map[int64]int{}
	for seq := range got {
		seen[seq]++
	}
	for seq := range int64(all) {
		if seen[seq+1] != 1 {
			t.Errorf("delivery %d was claimed %d times", seq+1, seen[seq+1])
		}
	}
}

// lettersOf: the dead letters of one tenant are found among those of others, from a number on.
func lettersOf(t *testing.T, s webhook.Store) {
	reader, ok := s.(webhook.LetterReader)
	if !ok {
		t.Skip("the store is no LetterReader")
	}
	ctx, acme := t.Context(), place(t, "acme-2", "").Tenant
	must(t, s.Create(ctx, webhook.Endpoint{ID: "e"}))
	for _, of := range []string{"acme", "acme-2", "acme-3"} {
		for seq := range int64(6) {
			d := webhook.Delivery{Endpoint: "e", Tenant: place(t, of, "").Tenant, Seq: 8 + seq, Resource: "User/a", Type: "x"}
			must(t, s.Add(ctx, false, d))
			if d.Dead = time.Now(); seq != 2 { // 10 waits
				must(t, s.Failed(ctx, d))
			}
		}
	}
	for _, c := range []struct {
		first int64
		limit int
		want  []int64
	}{{0, 9, []int64{8, 9, 11, 12, 13}}, {9, 2, []int64{9, 11}}, {10, 9, []int64{11, 12, 13}}, {14, 9, nil}, {99, 9, nil}} {
		list, err := reader.Letters(ctx, "e", acme, c.first, c.limit)
		must(t, err)
		var got []int64
		for _, d := range list {
			if got = append(got, d.Seq); d.Tenant != acme || d.Endpoint != "e" || d.Dead.IsZero() {
				t.Errorf("%+v", d)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("from %d, %d: %v, want %v", c.first, c.limit, got, c.want)
		}
	}
}

// forgotten: a tenant that is deleted leaves no endpoint and no delivery, and the others keep theirs.
func forgotten(t *testing.T, s webhook.Store) {
	ctx, acme, globex := t.Context(), place(t, "acme", "").Tenant, place(t, "acme-2", "").Tenant
	for _, e := range []webhook.Endpoint{{ID: "own", Tenant: acme}, {ID: "whole"}, {ID: "other", Tenant: globex}} {
		must(t, s.Create(ctx, e))
	}
	add := func(endpoint string, of scim.TenantID) {
		d := webhook.Delivery{Endpoint: endpoint, Tenant: of, Resource: "User/a"}
		d.Seq = 1
		must(t, s.Add(ctx, false, d))
		d.Seq = 2
		must(t, s.Add(ctx, false, d))
		d.Seq, d.Dead = 1, time.Now()
		must(t, s.Failed(ctx, d))
	}
	add("own", acme)
	add("whole", acme)
	add("whole", globex)
	add("other", globex)
	for _, want := range []int{5, 0} { // a repetition finds nothing
		if n, err := s.Forget(ctx, acme); n != want || err != nil {
			t.Errorf("%d are removed, want %d: %v", n, want, err)
		}
	}
	list, err := s.Endpoints(ctx)
	must(t, err)
	if len(list) != 2 || list[0].ID != "other" || list[1].ID != "whole" {
		t.Errorf("%+v", list)
	}
	for endpoint, want := range map[string]int{"own": 0, "whole": 1, "other": 1} {
		for _, dead := range []bool{false, true} {
			kept, err := s.Deliveries(ctx, endpoint, dead, 10)
			must(t, err)
			if len(kept) != want || want > 0 && kept[0].Tenant != globex {
				t.Errorf("%s, dead %t: %+v", endpoint, dead, kept)
			}
		}
	}
}

// updates: none is lost, and none gives up, although many processes change one endpoint.
func updates(t *testing.T, s webhook.Store) {
	ctx := t.Context()
	must(t, s.Create(ctx, webhook.Endpoint{ID: "e"}))
	const each = 10
	workers := make([]<-chan error, 16)
	for i := range workers {
		workers[i] = async.Go(func() error {
			for range each {
				if _, err := s.Update(ctx, "e", func(e *webhook.Endpoint) error { e.Types = append(slices.Clone(e.Types), "x"); return nil }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, w := range workers {
		must(t, <-w)
	}
	if e, err := s.Endpoint(ctx, "e"); err != nil || len(e.Types) != each*len(workers) {
		t.Error(len(e.Types), err)
	}
}
