package scim

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func TestMatchHeader(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		`W/"3"`: true, `"3"`: true, `*`: true, `"zzz", W/"3"`: true, `W/"4"`: false, `abc`: false, `"3`: false, `3`: false, `W/"3", *`: true,
	} {
		if got := ParseMatch(header).Check(3) == nil; got != want {
			t.Errorf("If-Match %s: %v", header, got)
		}
	}
}

// A condition on If-None-Match refuses the versions that it names (RFC 9110 §13.1.2).
func TestMatchUnless(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		match, none string
		want        bool
	}{
		{``, ``, true}, {``, `W/"3"`, false}, {``, `W/"4"`, true}, {``, `*`, false}, {``, `abc`, true},
		{`W/"3"`, `W/"3"`, false}, {`W/"3"`, `W/"4"`, true}, {`W/"4"`, `W/"5"`, false},
	} {
		if got := ParseMatch(c.match).Unless(ParseMatch(c.none)).Check(3) == nil; got != c.want {
			t.Errorf("If-Match %s, If-None-Match %s: %v", c.match, c.none, got)
		}
	}
}

func TestAsErrorNil(t *testing.T) {
	t.Parallel()
	if AsError(nil) != nil {
		t.Error("an error out of nothing")
	}
	e := AsError(schema.NewFault(schema.FaultSensitive, "d"))
	if e.Status != 403 || e.Unwrap() == nil || e.Error() == "" {
		t.Errorf("%+v", e)
	}
	if NewError(CodeInternal, "x").Error() != "500: x" {
		t.Error("text of an error without scimType")
	}
}
