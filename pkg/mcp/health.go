package mcp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// healthResult is the answer of tenant_health.
type healthResult struct {
	Verdict string      `json:"verdict" jsonschema:"quiet: no requests; healthy: none failed; failing: some failed"`
	Counts  []typeCount `json:"counts" jsonschema:"resources by type"`

	Since       string       `json:"since" jsonschema:"start of the period that the request counts cover"`
	Requests    int          `json:"requests" jsonschema:"provisioning requests, without those of agents"`
	Failed      int          `json:"failed"`
	Sampled     bool         `json:"sampled,omitempty" jsonschema:"there were more requests; only the newest are counted"`
	LastRequest string       `json:"lastRequest,omitempty"`
	LastWrite   string       `json:"lastWrite,omitempty" jsonschema:"time of the last request that changed something"`
	Causes      []causeCount `json:"causes" jsonschema:"causes of failures, most frequent first"`
}

// typeCount is the number of resources of a type.
type typeCount struct {
	Type  string `json:"type"`
	Total int    `json:"total"`
}

// causeCount is a cause of failures.
type causeCount struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Count  int    `json:"count"`
	Newest string `json:"newestRecordId" jsonschema:"for explain_request"`
}

const healthWindow = 24 * time.Hour

func defineHealth(ts *toolset) {
	define(ts, tool{
		name: "tenant_health", title: "Health of the tenant", access: reads,
		about: "Counts the resources and summarises the provisioning requests of the last 24 hours: how many there were, how many failed, and why.",
	}, health)
}

func health(ctx context.Context, c *call, _ noArguments) (*healthResult, error) {
	log, err := c.log(ctx)
	if err != nil {
		return nil, err
	}
	since := c.o.Now().Add(-healthWindow)
	h := &healthResult{Since: since.UTC().Format(time.RFC3339), Counts: []typeCount{}, Causes: []causeCount{}}
	for _, rt := range c.Tenant.Types.List {
		if c.may(scim.Read, rt) != nil {
			continue
		}
		found, err := c.o.Provider.Search(ctx, c.Tenant, scim.Query{Types: []*schema.ResourceType{rt}, HasCount: true, StartIndex: 1, By: c.Principal})
		if err != nil {
			return nil, err
		}
		h.Counts = append(h.Counts, typeCount{Type: rt.Name, Total: found.Total})
	}
	page, err := log.Query(ctx, c.Tenant.ID, activity.Query{From: since, Limit: activity.MaxLimit})
	if err != nil {
		return nil, err
	}
	h.Sampled = page.Next != ""
	h.sum(page.Records)
	return h, nil
}

// sum counts records, which are ordered newest first.
func (h *healthResult) sum(records []activity.Record) {
	for i := range records {
		r := &records[i]
		if r.Entry == activity.EntryMCP {
			continue
		}
		at := r.Time.UTC().Format(time.RFC3339)
		if h.Requests++; h.LastRequest == "" {
			h.LastRequest = at
		}
		if h.LastWrite == "" && (len(r.Changed) > 0 || r.MembersAdded+r.MembersRemoved > 0) {
			h.LastWrite = at
		}
		if r.Failed() {
			h.Failed++
			h.count(r)
		}
	}
	slices.SortStableFunc(h.Causes, func(a, b causeCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Title, b.Title)
	})
	switch {
	case h.Requests == 0:
		h.Verdict = "quiet"
	case h.Failed > 0:
		h.Verdict = "failing"
	default:
		h.Verdict = "healthy"
	}
}

func (h *healthResult) count(r *activity.Record) {
	title := cleanText(activity.Explain(r).Title)
	for i := range h.Causes {
		if h.Causes[i].Title == title && h.Causes[i].Status == r.Status {
			h.Causes[i].Count++
			return
		}
	}
	h.Causes = append(h.Causes, causeCount{Title: title, Status: r.Status, Count: 1, Newest: r.ID})
}

// plain converts a value to what its JSON decodes to.
func plain(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	return out, json.Unmarshal(text, &out)
}
