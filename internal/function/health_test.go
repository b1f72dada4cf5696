package function_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestScheduledHealth: the event of the hourly schedule writes the metrics of the alarms, and a line for
// each tenant that needs attention; none of them has a tenant as its dimension.
func TestScheduledHealth(t *testing.T) {
	t.Parallel()
	s := newService(t)
	at := time.Now().UTC()
	counts := []activity.Tally{{Tenant: tenantID(t, "acme"), Hour: activity.HourOf(at), Last: at, Failed: map[string]int{"token.wrong": 9}}}
	if err := dynamolog.New(s.config.Client, dynamolog.Options{Table: s.config.Table}).AppendCounted(t.Context(), nil, counts); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	h, err := s.config.Stream(&log, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{`{"health":{}}`, `{"health":{"tenants":["acme"]}}`} {
		if out, err := h.Invoke(t.Context(), []byte(event)); err != nil || string(out) != "{}" {
			t.Errorf("%s: %s %v", event, out, err)
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 4 || !strings.Contains(lines[0], `"tenant":"acme","state":"failing"`) {
		t.Fatal(log.String())
	}
	var line struct {
		Aws struct {
			CloudWatchMetrics []struct {
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
		Table   string
		Failing *int `json:"connections_failing"`
		Silent  *int `json:"connections_silent"`
	}
	if err := json.Unmarshal([]byte(lines[1]), &line); err != nil || line.Failing == nil || *line.Failing != 1 || line.Silent == nil || *line.Silent != 0 || line.Table != s.config.Table {
		t.Errorf("%v %s", err, lines[1])
	}
	if m := line.Aws.CloudWatchMetrics; len(m) != 1 || len(m[0].Dimensions) != 1 || strings.Join(m[0].Dimensions[0], " ") != "table" || len(m[0].Metrics) != 4 {
		t.Errorf("%+v", m)
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"health":{"tenants":["NOT/a/name"]}}`)); err == nil {
		t.Error("an invalid tenant is accepted")
	}
}

// TestScheduledWarning: the hourly schedule writes a credential that came nearer to its end into the provisioning log of
// its tenant and into the log of the function, once, and counts it in the metric.
func TestScheduledWarning(t *testing.T) {
	t.Parallel()
	s := newService(t)
	acme := tenantID(t, "acme")
	_, token := tenant.NewToken(acme, scim.All)
	token.Name, token.Expires = "Okta", time.Now().Add(50*time.Hour)
	if err := dynamo.NewTenants(s.config.Client, s.config.Table, time.Now).AddToken(t.Context(), acme, token); err != nil {
		t.Fatal(err)
	}
	used := []activity.Tally{{Tenant: acme, Hour: activity.HourOf(time.Now()), Key: token.KeyID, Last: time.Now(), Worked: time.Now(), Reads: 1}}
	log := dynamolog.New(s.config.Client, dynamolog.Options{Table: s.config.Table})
	if err := log.AppendCounted(t.Context(), nil, used); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	h, err := s.config.Stream(&out, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := h.Invoke(t.Context(), []byte(`{"health":{}}`)); err != nil {
			t.Fatal(err)
		}
	}
	text := out.String()
	if strings.Count(text, `"msg":"expiring","tenant":"acme","key":"`+token.KeyID+`"`) != 1 || strings.Count(text, `"connections_expiring":1`) != 3 {
		t.Error(text)
	}
	page, err := log.Query(t.Context(), acme, activity.Query{Resource: token.KeyID})
	if err != nil || len(page.Records) != 1 || page.Records[0].Entry != activity.EntryExpiry {
		t.Errorf("%v %+v", err, page)
	}
}
