package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
)

// settingNames are the names of all settings, as a command line writes them: limits.rate.
func settingNames() []string {
	data, _ := json.Marshal(admin.DefaultSettings()) // it always has a form
	var all map[string]any
	_ = json.Unmarshal(data, &all)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		inner, ok := all[name].(map[string]any)
		if !ok {
			names = append(names, name)
			continue
		}
		for _, deeper := range slices.Sorted(maps.Keys(inner)) {
			names = append(names, name+"."+deeper)
		}
	}
	return names
}

// text is a string as JSON.
func text(s string) json.RawMessage {
	data, _ := json.Marshal(s) // it always has a form
	return data
}

// patchOf reads name=value arguments as a merge patch. The service checks names and values.
func patchOf(args []string) (map[string]json.RawMessage, error) {
	patch := map[string]json.RawMessage{}
	inner := map[string]map[string]json.RawMessage{}
	seen := map[string]bool{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usagef("%q is not SETTING=VALUE; write idp=entra, or idp= for the default", arg)
		}
		if seen[name] {
			return nil, usagef("the setting %s is there twice; write it once", name)
		}
		seen[name] = true
		outer, deeper, nested := strings.Cut(name, ".")
		if !nested {
			patch[name] = valueOf(value)
			continue
		}
		if inner[outer] == nil {
			inner[outer] = map[string]json.RawMessage{}
		}
		inner[outer][deeper] = valueOf(value)
	}
	for name, part := range inner {
		if seen[name] {
			return nil, usagef("the setting %s is there twice; write either %s= or its parts", name, name)
		}
		data, err := json.Marshal(part)
		if err != nil {
			return nil, err
		}
		patch[name] = data
	}
	return patch, nil
}

// valueOf is the value of an argument: a number, true, false, null if it is empty, otherwise a string.
func valueOf(s string) json.RawMessage {
	if s == "" {
		return json.RawMessage("null")
	}
	if _, err := strconv.Atoi(s); err == nil && !strings.HasPrefix(s, "+") && (s == "0" || !strings.HasPrefix(strings.TrimPrefix(s, "-"), "0")) {
		return json.RawMessage(s)
	}
	if s == "true" || s == "false" {
		return json.RawMessage(s)
	}
	return text(s)
}

// optionalAt is a time in a table that may be never.
type optionalAt struct{ at *time.Time }

// String implements fmt.Stringer.
func (o optionalAt) String() string {
	if o.at == nil {
		return "never"
	}
	return day(*o.at)
}

// MarshalJSON implements json.Marshaler: the time, or null.
func (o optionalAt) MarshalJSON() ([]byte, error) { return json.Marshal(o.at) }

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.DateOnly)
}

// stateValue is a state in a table, with its colour.
type stateValue string

// String implements fmt.Stringer.
func (s stateValue) String() string { return string(s) }

func (s stateValue) tone() tone {
	switch string(s) {
	case admin.StateActive, admin.StateLive:
		return toneGood
	case admin.StatePaused, admin.StateExpired, admin.StateDeleting:
		return toneWarn
	case admin.StateRevoked:
		return toneBad
	}
	return ""
}
