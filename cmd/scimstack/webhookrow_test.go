package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
)

// TestWebhookFields: a webhook has the members of the administration's in -o json, with the same values. Counts are of webhook get.
func TestWebhookFields(t *testing.T) {
	t.Parallel()
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	w := admin.Webhook{
		ID: "billing", URL: "https://8.8.8.8/hook", Tenant: "acme", Types: []string{"user.*"}, Form: "set", State: "paused", Reason: "moving",
		Secrets: 2, OldUntil: &at, Created: at, Paused: &at, Failing: &at,
	}
	members := func(v any) (m map[string]any) {
		data, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	got := members(hookRowOf(&w))
	for name, want := range members(w) {
		if text, _ := json.Marshal(got[name]); string(text) != marshalled(t, want) {
			t.Errorf("%s is %s, and in the administration %v", name, text, want)
		}
	}
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
