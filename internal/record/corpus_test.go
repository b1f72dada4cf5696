package record_test

import (
	"path/filepath"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/record"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestCorpus: the traffic of all identity providers and the cases of public bug reports, which are
// wrong in many ways, get the same answers when a recording of them is replayed.
func TestCorpus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	var sets []replay.Set
	for _, file := range files {
		sets = append(sets, replay.Set{File: file})
	}
	for _, set := range append(sets, replay.Cases("../../testdata/cases")...) {
		t.Run(filepath.Base(set.File), func(t *testing.T) {
			t.Parallel()
			scenarios, err := replay.Load(set.File)
			if err != nil {
				t.Fatal(err)
			}
			settings, err := set.Settings()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range scenarios {
				var st tenant.Settings
				settings(s, &st)
				recorded(t, s, st)
			}
		})
	}
}

// recorded records a scenario and replays the recording.
func recorded(t *testing.T, s replay.Scenario, settings tenant.Settings) {
	t.Helper()
	r := record.New(scimstack.Prefix, func(string) record.Tenant { return record.Tenant{IdP: settings.IdP, Types: settings.Types} })
	_ = play(t, r, s, settings) // whatever is answered is recorded
	if r.Steps() == 0 {
		return
	}
	file, text := write(t, r)
	again, err := replay.Load(file)
	if err != nil || len(again) != 1 {
		t.Fatal(err, len(again))
	}
	if err := play(t, nil, again[0], settings); err != nil {
		t.Errorf("%s: %v\n%s", s.ID, err, text)
	}
}

// play runs a scenario in a tenant of its own, recorded unless r is nil.
func play(t *testing.T, r *record.Recorder, s replay.Scenario, settings tenant.Settings) error {
	t.Helper()
	l, err := demo.NewLocal(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if r != nil {
		l.Wrap(r.Wrap)
	}
	target, err := l.TargetWith(settings)
	if err != nil {
		t.Fatal(err)
	}
	return replay.Run(t.Context(), replay.Target{Base: target.Base, Token: target.Token}, s)
}
