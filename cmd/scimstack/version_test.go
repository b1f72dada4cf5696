package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestVersion: a binary names the commit, its time and whether the working copy had changes; one without them says so.
func TestVersion(t *testing.T) {
	t.Parallel()
	row := versionOf(&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.time", Value: "2026-01-31T12:00:05Z"}, {Key: "vcs.modified", Value: "true"}}})
	if row.Version != "v1.2.3" || row.Commit != "0123abc" || !row.Dirty || row.Committed.Unix() != 1769860805 {
		t.Errorf("%+v", row)
	}
	if row := versionOf(nil); row.Version != "devel" || row.Go != runtime.Version() {
		t.Errorf("%+v", row)
	}
	for _, args := range [][]string{{"version", "-o", "json"}} {
		status, text := runBinary(t, nil, args...)
		var members map[string]any
		if err := json.Unmarshal([]byte(text), &members); status != 0 || err != nil || members["go"] != runtime.Version() || members["dirty"] == nil || members["commit"] == nil {
			t.Errorf("%v: status %d %v: %s", args, status, err, text)
		}
	}
	if status, text := runBinary(t, nil, "--version"); status != 0 || !strings.HasPrefix(text, "scimstack version ") {
		t.Errorf("status %d: %s", status, text)
	}
	if status, text := runBinary(t, nil, "version"); status != 0 || !strings.Contains(text, "platform  ") {
		t.Errorf("status %d: %s", status, text)
	}
}
