package cost

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Operations maps the name of a SCIM operation to its request units.
type Operations map[string]Units

// Units are the DynamoDB request units of one operation.
type Units struct{ Reads, Writes float64 }

var figures = regexp.MustCompile(`^[0-9]+ RT ([0-9.]+) RRU ([0-9.]+) WRU$`)

// ReadOperations reads the golden files of pkg/dynamo's cost tests, cost.golden and cost-stream.golden in a folder. Each line of
// the first has four columns, separated by tabs: name, measured figures, least possible figures, ratio. Those of
// the second are what the stream function does, and how much of it is the feed.
func ReadOperations(folder string) (Operations, error) {
	out := Operations{}
	if err := out.read(filepath.Join(folder, "cost.golden"), "", 1); err != nil {
		return nil, err
	}
	return out, out.read(filepath.Join(folder, "cost-stream.golden"), "feed: ", 2)
}

// read reads the figures in a column of a file.
func (out Operations) read(file, prefix string, column int) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) <= column {
			continue
		}
		if m := figures.FindStringSubmatch(fields[column]); m != nil {
			reads, _ := strconv.ParseFloat(m[1], 64) // the pattern admits numbers only
			writes, _ := strconv.ParseFloat(m[2], 64)
			out[prefix+fields[0]] = Units{reads, writes}
		}
	}
	return nil
}

// Tenant is the monthly load of one tenant.
type Tenant struct {
	Requests, Reads, Writes float64 // Reads and Writes are request units
	LogWrites               float64 // write units of the provisioning log, one for each item
	FeedReads, FeedWrites   float64 // request units of the feed of changes, by the stream function
	Streamed                float64 // records that invoke the stream function
	GB                      float64 // stored, without the provisioning log
}

const (
	changes = 100 * 30 // 1 % of 10,000 users a day
	looks   = 12_000   // look-ups without a following change: 11 in each cycle of 40 minutes
	// counted is what each change adds to the writes: its share of the counters, which are updated
	// once per batch of the stream.
	counted = 1
)

// Typical returns the load of a tenant with 10,000 users, 500 groups and 100,000 memberships.
// For each changed user the identity provider looks the user up, patches it, and moves it from
// one group to another. The error names an operation that the figures lack.
func Typical(ops Operations) (Tenant, error) {
	t := Tenant{GB: (10_000*1.5 + 30_000*0.12 + 500*0.5 + 100_000*0.24) / 1e6}
	for _, part := range []struct {
		operation string
		times     float64
		items     float64 // of the provisioning log: the record, and its copy for each resource
		feed      string  // what the stream function tells of it
	}{
		{"filter userName eq, no match", looks, 1, ""},
		{"filter userName eq, found, with groups", changes, 2, ""},
		{"PATCH active, answer with groups", changes, 2, "a user who is changed"},
		{"add one member to a group of 1,000", changes, 3, "a member who joins a group"},
		{"remove one member from a group of 1,000", changes, 3, "a member who leaves a group"},
	} {
		units, ok := ops[part.operation]
		if !ok {
			return t, fmt.Errorf("the cost figures have no operation %q", part.operation)
		}
		t.Requests += part.times
		t.Reads += part.times * units.Reads
		t.Writes += part.times * units.Writes
		t.LogWrites += part.times * part.items
		if units.Writes > 0 {
			t.Writes += part.times * counted
			feed, ok := ops["feed: "+part.feed]
			if !ok {
				return t, fmt.Errorf("the cost figures have no feed of %q", part.feed)
			}
			t.FeedReads += part.times * feed.Reads
			t.FeedWrites += part.times * feed.Writes
			t.Streamed += part.times // the user, or the group; an edge and an index item are filtered out
		}
	}
	return t, nil
}
