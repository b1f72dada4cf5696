package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "rewrite the golden files") //nolint:gochecknoglobals // a flag of the test

type sampleRow struct {
	Name     string        `json:"name"`
	KeyID    string        `json:"keyId" col:"key"`
	Scopes   []string      `json:"scopes"`
	LastUsed time.Time     `json:"lastUsed,omitzero"`
	Grace    time.Duration `json:"-"`
	Paused   bool          `json:"paused"`
	State    sampleState   `json:"state"`
	Comment  string        `json:"comment" col:"-"`
}

type sampleState string

func (s sampleState) tone() tone {
	if s == "ok" {
		return toneGood
	}
	return toneBad
}

func samples() []sampleRow {
	return []sampleRow{
		{Name: "acme", KeyID: "k1", Scopes: []string{"read", "write"}, LastUsed: time.Date(2026, 1, 31, 12, 0, 5, 0, time.FixedZone("", 3600)), State: "ok", Comment: "yes"},
		{Name: "东京株式会社", KeyID: "k22", Paused: true, State: "silent\x1b[2J", Comment: "<&> 1.0"},
		{Name: "e\u0301cole 👩‍👧", KeyID: "0123", State: "no", Scopes: []string{}},
	}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v); run with -update and read the diff. Got:\n%s", file, err, got)
	}
}

// printed runs a command that prints.
func printed(t *testing.T, run func(*cobra.Command) error, args ...string) (out, errs string) {
	t.Helper()
	cmd := &cobra.Command{RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd) }}
	addOutput(cmd)
	var o, e bytes.Buffer
	cmd.SetOut(&o)
	cmd.SetErr(&e)
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return o.String(), e.String()
}

// TestOutput: the three formats of a list and of one thing. The widths are those of a terminal, JSON and YAML have the
// same members, and nothing but the document is on standard output.
func TestOutput(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, format := range outputFormats() {
		list, _ := printed(t, func(cmd *cobra.Command) error { return printRows(cmd, samples()) }, "-o", format)
		one, _ := printed(t, func(cmd *cobra.Command) error { return printRow(cmd, samples()[1]) }, "-o", format)
		none, errs := printed(t, func(cmd *cobra.Command) error {
			note(cmd, "hello")
			return printRows(cmd, []sampleRow(nil))
		}, "-o", format)
		all.WriteString("--- list as " + format + "\n" + list + "--- one as " + format + "\n" + one + "--- none as " + format + "\n" + none + "--- its standard error\n" + errs)
		if strings.Contains(list+one, "\x1b") {
			t.Errorf("%s: an escape sequence", format)
		}
	}
	golden(t, "output.txt", all.String())

	text, _ := printed(t, func(cmd *cobra.Command) error { return printRows(cmd, samples()) }, "-o", "json")
	other, _ := printed(t, func(cmd *cobra.Command) error { return printRows(cmd, samples()) }, "-o", "yaml")
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(text), &a), yaml.Unmarshal([]byte(other), &b)); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%v\n%v\n%v", err, a, b)
	}
}

// TestColour: a tone is an escape sequence that does not change the alignment.
// TestYAMLStrings: a string stays that string in YAML, and does not move the cursor.
func TestYAMLStrings(t *testing.T) {
	t.Parallel()
	rows := []sampleRow{}
	for _, name := range []string{"", " ", "no", "Yes", "on", "null", "~", "1", "0x1f", "1e3", "1_000", "-", "- a", "a: b", "a #b", "#", "{}", "[]", "*a", "&a", "!x", "%x", "@x", "`x`", "'", "\"",
		"two\nlines", "tab\t", "\r", "\x1b[31m", "\x7f", "\u009b", "\u2028", "\ufeff", "2026-01-31", "12:30:00", ".inf", ".nan", "=", "<<", "\\", "😀", "end ", "? x", "|", ">", "---", "...", "y", "n", "\u202eabc"} {
		rows = append(rows, sampleRow{Name: name})
	}
	text, _ := printed(t, func(cmd *cobra.Command) error { return printRows(cmd, rows) }, "-o", "yaml")
	if strings.ContainsAny(text, "\x1b\x7f\r\u009b\u202e") {
		t.Errorf("%q", text)
	}
	var got []struct{ Name any }
	if err := yaml.Unmarshal([]byte(text), &got); err != nil || len(got) != len(rows) {
		t.Fatal(err, len(got))
	}
	for i, row := range got {
		if row.Name != rows[i].Name {
			t.Errorf("%q is read as %#v", rows[i].Name, row.Name)
		}
	}
}

func TestColour(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	table := textTable{colour: true, header: []string{"A", "B"}, lines: [][]cell{{{text: "longer", tone: toneBad}, {text: "x"}}}}
	if err := table.write(&b); err != nil || b.String() != "\x1b[1mA\x1b[0m       \x1b[1mB\x1b[0m\n\x1b[31mlonger\x1b[0m  x\n" {
		t.Errorf("%q %v", b.String(), err)
	}
	if coloured(&cobra.Command{}, &b) {
		t.Error("colour in a file")
	}
}

// TestDuration: durations with the units that people use; what is not one is wrong usage.
func TestDuration(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{"30d": 30 * day, "12h": 12 * time.Hour, "1y": 365 * day, "2w": 14 * day, "1d12h": 36 * time.Hour,
		"1y30d": 395 * day, "90s": 90 * time.Second, "0": 0, "0d": 0, "1.5d": 36 * time.Hour, "250ms": 250 * time.Millisecond} {
		if got, err := parseDuration(text); got != want || err != nil {
			t.Errorf("%q: %s %v", text, got, err)
		}
		if back, err := parseDuration(durationText(want)); back != want || err != nil {
			t.Errorf("%s is written %s: %s %v", want, durationText(want), back, err)
		}
	}
	for _, text := range []string{"", " ", "30", "-1d", "-1h", "1d-1h", "d", "300y", "1e400y", "NaNd", "Infd", "1h1d", "1x", "1 d", "292y200d", "1dd"} {
		if got, err := parseDuration(text); err == nil || statusOf(err) != statusUsage {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
}

// TestNearest: a typing error has a suggestion, another word has none.
func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"okta", "entra", "google", "jumpcloud", "read", "write"}
	for word, want := range map[string]string{"oktaa": "okta", "Okta": "okta", "otka": "okta", "jumpclod": "jumpcloud", "wirte": "write", "raed": "read", "x": "", "nonsense": "", "": ""} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
