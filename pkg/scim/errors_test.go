package scim

import (
	"strings"
	"testing"
	"time"
)

// TestAsErrorOfStores: each error of a Store has its code, whatever it wraps: what a busy store gave
// up on is no answer of its own.
func TestAsErrorOfStores(t *testing.T) {
	t.Parallel()
	many := &MissingError{IDs: strings.Fields(strings.Repeat("u ", 5000))}
	for _, c := range []struct {
		err  error
		code Code
	}{
		{ErrNotFound, CodeResource}, {ErrVersion, CodeStale}, {&TakenError{Attr: "userName"}, CodeTaken},
		{&TooLargeError{}, CodeResourceSize}, {&MissingError{IDs: []string{"u1"}}, CodeMemberUnknown},
		{many, CodeMemberUnknown}, {&MissingError{}, CodeMemberUnknown}, {ErrNoTenant, CodeInternal},
		{&BusyError{RetryAfter: time.Second, Cause: ErrVersion}, CodeBusy}, {&BusyError{Cause: many}, CodeBusy},
		{&BusyError{Unfinished: &Unfinished{Done: 1, Of: 2, Within: time.Minute}}, CodeBusy}, {&TooManyError{Members: 30000, Limit: 1000}, CodeMembersTooMany},
	} {
		if e := AsError(c.err); e.Code != c.code || len(e.Detail) > 200 {
			t.Errorf("%T %.80v: %s %.200s, want %s", c.err, c.err, e.Code, e.Detail, c.code)
		}
		if len(c.err.Error()) > 200 {
			t.Errorf("%T: %d bytes", c.err, len(c.err.Error()))
		}
	}
}
