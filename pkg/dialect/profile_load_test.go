package dialect

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestProfileFiles: every provider has a file, every file has a provider, and every signal is
// named by the profile of its provider.
func TestProfileFiles(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(profileFiles, "profiles/*.json")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	var want []string
	for _, name := range providers {
		want = append(want, "profiles/"+name+".json")
		p, err := load(profileFiles, name)
		if err != nil {
			t.Error(err)
		}
		for _, s := range p.Signals {
			named[s] = true
		}
	}
	if slices.Sort(want); !slices.Equal(want, files) {
		t.Errorf("files %v, want %v", files, want)
	}
	for _, s := range signals {
		if !named[s.name] {
			t.Errorf("the profile of %s does not name the signal %s", s.provider, s.name)
		}
	}
}

// TestProfileNormalisers: a profile names exactly the normalisers that serve its own quirks.
func TestProfileNormalisers(t *testing.T) {
	t.Parallel()
	for _, p := range Profiles() {
		var want []string
		for _, n := range normalisers() {
			if slices.ContainsFunc(n.Quirks, func(q string) bool { return strings.HasPrefix(q, p.Quirks+"-") }) {
				want = append(want, n.Name)
			}
		}
		if !slices.Equal(p.Normalisers, want) {
			t.Errorf("%s names the normalisers %q, want %q", p.Name, p.Normalisers, want)
		}
	}
}

// TestBadProfiles: a faulty file fails to load and the error names the file and the fault.
func TestBadProfiles(t *testing.T) {
	t.Parallel()
	good, err := fs.ReadFile(profileFiles, "profiles/okta.json")
	if err != nil {
		t.Fatal(err)
	}
	text := string(good)
	avoid := text[strings.Index(text, `"avoid"`):strings.Index(text, `"limits"`)]
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown normaliser":     {`"list-of-one"`, `"no-such-thing"`, `no normaliser "no-such-thing"`},
		"unknown signal":         {`"okta-user-agent"`, `"no-such-thing"`, `no signal "no-such-thing"`},
		"signal of another":      {`"okta-user-agent"`, `"google-user-agent"`, `okta has no signal "google-user-agent"`},
		"signs without signals":  {`"signals": ["okta-user-agent"],`, ``, "signs and signals belong together"},
		"unknown member":         {`"title"`, `"tittle"`, `unknown field "tittle"`},
		"unknown mapping member": {`{"from"`, `{"form"`, `unknown field "form"`},
		"duplicate member":       {`"title"`, `"name"`, "name"},
		"missing text":           {`"title": "Okta",`, ``, "title is missing"},
		"missing list":           {avoid, ``, "avoid is missing"},
		"another name":           {`"name": "okta"`, `"name": "Okta"`, `the name is "Okta"`},
		"two documents":          {"\n}\n", "\n} {}\n", ""},
		"not JSON":               {`{`, ``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := strings.Replace(text, c.old, c.new, 1)
			if bad == text {
				t.Fatalf("%q is not in the profile", c.old)
			}
			_, err := load(fstest.MapFS{"profiles/okta.json": {Data: []byte(bad)}}, "okta")
			if err == nil || !strings.Contains(err.Error(), "profiles/okta.json") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := load(fstest.MapFS{}, "okta"); err == nil {
		t.Error("a missing file is loaded")
	}
}
