package scim

import (
	"strings"
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

// E-05 E-11: each condition that does not hold has a code and a detail of its own, and none claims a
// change that did not happen.
func TestMatchReasons(t *testing.T) {
	t.Parallel()
	details := map[string]bool{}
	for _, c := range []struct {
		err  error
		code Code
	}{
		{ParseMatch(`W/"4"`).Check(3), CodeStale},
		{Match{}.Unless(ParseMatch(`*`)).Check(3), CodeNoneMatch},
		{Match{}.Unless(ParseMatch(`W/"3"`)).Check(3), CodeNoneMatch},
		{ParseMatch(`W/"3"`).Unless(ParseMatch(`W/"3"`)).Check(3), CodeNoneMatch},
		{ParseMatch(`W/"3"`).CheckUntagged(), CodeUntagged},
	} {
		e := AsError(c.err)
		if e == nil || e.Code != c.code || e.Status != 412 || strings.Contains(e.Detail, "has changed") != (c.code == CodeStale) {
			t.Errorf("%+v, want %s", e, c.code)
			continue
		}
		details[e.Detail] = true
	}
	if len(details) != 4 {
		t.Errorf("%v", details)
	}
	if e := AsError(&BusyError{Cause: ErrVersion}); e.Code != CodeBusy { // without If-Match, after too many lost races
		t.Errorf("a busy store is reported as %s", e.Code)
	}
	if ParseMatch("*").CheckUntagged() != nil || (Match{}).CheckUntagged() != nil {
		t.Error("a condition that holds is refused")
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
