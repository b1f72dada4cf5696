package params_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`filter=userName%20eq%20%22a;b%22`:     `userName eq "a;b"`,
		`filter=userName+eq+"a"&`:              `userName eq "a"`,
		`&&count=1&filter=a%3Bb%26c%3Dd%2B`:    `a;b&c=d+`,
		`filter=userName eq "x";count=1`:       `userName eq "x";count=1`,
		`Filter=a=b?c`:                         `a=b?c`,
		`filt%65r=a`:                           `a`,
		`attributes=a&ATTRIBUTES=b,c&filter=f`: `f`,
		`filter=%E2%82%AC`:                     `€`,
		`x`:                                    ``,
		``:                                     ``,
		`filter=%25zz`:                         `%zz`,
		`excludedAttributes=a&attributes&filter=`: ``,
	} {
		got, err := params.Parse(raw, "attributes")
		if err != nil || got.Get("filter") != want {
			t.Errorf("%s: %q %v", raw, got.Get("filter"), err)
		}
	}
	got, err := params.Parse("attributes=a&attributes=&Attributes=b,c", "attributes")
	if err != nil || got.All("attributes") != "a,b,c" || !got.Has("attributes") || got.Has("filter") || got.All("filter") != "" {
		t.Errorf("%v %v", got, err)
	}
}

// A parameter that cannot be read is an error that names it.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	for raw, name := range map[string]string{
		`filter=%zz`:                         "filter",
		`filter=userName eq "100%"`:          "filter",
		`count=1&startIndex=%`:               "startIndex",
		`cursor=%4`:                          "cursor",
		`filter=%ff`:                         "filter",
		"filter=\xff":                        "filter",
		`fil%zzter=a`:                        "fil%zzter",
		`filter=a&filter=a`:                  "filter",
		`filter=a&Filter=b`:                  "Filter",
		`count=1&c%6funt=2`:                  "count",
		`foo=%zz`:                            "foo",
		strings.Repeat("a", 500) + `=%zz`:    "aaa",
		`attributes=a&excludedAttributes=%2`: "excludedAttributes",
	} {
		_, err := params.Parse(raw, "attributes")
		var e *scim.Error
		if !errors.As(err, &e) || e.Code != scim.CodeParameter || e.Status != 400 || !strings.Contains(e.Detail, name) || len(e.Detail) > 150 {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
