package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPlan: a search is explained without a store, and a wrong one is a mistake of the command line.
func TestPlan(t *testing.T) {
	t.Parallel()
	status, text := runBinary(t, nil, "explain", `userName sw "Jo" and active eq true`, "-o", "json")
	var row planRow
	if err := json.Unmarshal([]byte(text), &row); status != 0 || err != nil || row.Reads != `range of userName: begins with "jo"` || !strings.Contains(row.Bound, "100000") {
		t.Errorf("status %d, %v: %s", status, err, text)
	}
	if status, text := runBinary(t, nil, "explain", "", "--sort-by", "userName", "--descending"); status != 0 || !strings.Contains(text, "the index of userName") {
		t.Errorf("status %d: %s", status, text)
	}
	status, text = runBinary(t, nil, "explain", `meta.lastModified gt "2026-01-02T03:04:05Z"`, "--indexes", "title,meta.lastModified", "-o", "json")
	if err := json.Unmarshal([]byte(text), &row); status != 0 || err != nil || row.Reads != `range of meta.lastModified: from "2026-01-02t03:04:05.000z"` {
		t.Errorf("status %d, %v: %s", status, err, text)
	}
	for _, args := range [][]string{{"explain", "", "--indexes", "password"}, {"explain", "userName"}, {"explain", `shoe eq "x"`}, {"explain", "", "--type", "Robot"}, {"explain"}} {
		if status, text := runBinary(t, nil, args...); status != 2 {
			t.Errorf("%v: status %d: %s", args, status, text)
		}
	}
}
