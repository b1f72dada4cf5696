package admin_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
)

// TestChangeWithoutEffect: what is set again as it is makes no new version, which would refuse the changes of others, and no record.
func TestChangeWithoutEffect(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), t.Context()
	w.create("acme", `{"idp":"okta","rules":{"emails":"note"},"indexes":["title"]}`)
	client, err := w.CreateClient(ctx, "acme", admin.ClientInput{Name: "sync", Method: "client_secret", Scopes: []string{"read"}})
	if err != nil {
		t.Fatal(err)
	}
	id, name := client.Client.ID, "sync"
	pause := func() (int64, error) {
		got, err := w.PauseTenant(ctx, "acme", admin.Pause{Reason: "moving", RetryAfter: 60})
		return version(got), err
	}
	for what, f := range map[string]func() (int64, error){
		"set": func() (int64, error) {
			got, err := w.ChangeTenant(ctx, "acme", 0, patch(t, `{"idp":"okta","rules":{"emails":"note"},"indexes":["title"],"limits":{"rate":0}}`))
			return version(got), err
		},
		"resume": func() (int64, error) {
			got, err := w.ResumeTenant(ctx, "acme")
			return version(got), err
		},
		"client": func() (int64, error) {
			got, err := w.ChangeClient(ctx, "acme", id, 0, admin.ClientChange{TokenChange: admin.TokenChange{Name: &name}})
			if err != nil {
				return 0, err
			}
			return got.Version, nil
		},
	} {
		first, err := f()
		records := w.records()
		again, err2 := f()
		if err != nil || err2 != nil || first == 0 || again != first || w.records() != records {
			t.Errorf("%s: version %d, and then %d with %d more records: %v, %v", what, first, again, w.records()-records, err, err2)
		}
	}
	before, err := pause()
	if err != nil {
		t.Fatal(err)
	}
	if after, err := pause(); err != nil || after != before {
		t.Errorf("paused: version %d, and then %d: %v", before, after, err)
	}
	got, err := w.PauseTenant(ctx, "acme", admin.Pause{Reason: "moving", RetryAfter: 61})
	if err != nil || got.Version != before+1 {
		t.Errorf("another pause has version %d: %v", version(got), err)
	}
}

func version(t *admin.Tenant) int64 {
	if t == nil {
		return 0
	}
	return t.Version
}

// records counts what the log has of acme.
func (w *world) records() int {
	w.t.Helper()
	whole, err := w.Log(w.t.Context(), admin.LogQuery{Query: activity.Query{Limit: 100}, Tenants: []string{"acme"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return len(whole.Records)
}
