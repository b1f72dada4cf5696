package cost

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Operations maps the name of a SCIM operation to its request units.
type Operations map[string]Units

// Units are the DynamoDB request units of one operation.
type Units struct{ Reads, Writes float64 }

var figures = regexp.MustCompile(`^[0-9]+ RT ([0-9.]+) RRU ([0-9.]+) WRU$`)

// ReadOperations reads the golden file of pkg/dynamo's cost test. Each line has four columns,
// separated by tabs: name, measured figures, least possible figures, ratio.
func ReadOperations(file string) (Operations, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	out := Operations{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) < 2 {
			continue
		}
		if m := figures.FindStringSubmatch(fields[1]); m != nil {
			reads, _ := strconv.ParseFloat(m[1], 64) // the pattern admits numbers only
			writes, _ := strconv.ParseFloat(m[2], 64)
			out[fields[0]] = Units{reads, writes}
		}
	}
	return out, nil
}

// Tenant is the monthly load of one tenant.
type Tenant struct {
	Requests, Reads, Writes float64 // Reads and Writes are request units
	LogWrites               float64 // write units of the provisioning log, one for each item
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
	}{
		{"filter userName eq, no match", looks, 1},
		{"filter userName eq, found, with groups", changes, 2},
		{"PATCH active, answer with groups", changes, 2},
		{"add one member to a group of 1,000", changes, 3},
		{"remove one member from a group of 1,000", changes, 3},
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
			t.Streamed += part.times // the user, or the group; an edge and an index item are filtered out
		}
	}
	return t, nil
}
