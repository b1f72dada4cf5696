package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
)

// halting is an administration that redelivers some facts, and then cannot.
type halting struct {
	admin.API
	cause error
}

func (h halting) Redeliver(_ context.Context, _ string, in admin.Redelivery) (*admin.Redelivered, error) {
	if in.First > 1000 {
		return nil, h.cause
	}
	return &admin.Redelivered{Facts: 990, Expired: 10, Next: 1001}, nil
}

// TestUnfinished: a redelivery that ends in the middle, by an interrupt or a failure, says how to go on without sending again what
// it has sent.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	since := time.Now()
	down := errors.New("the database is down")
	ended, end := context.WithCancel(t.Context())
	end()
	for _, c := range []struct {
		in    admin.Redelivery
		cause error
		want  string
	}{
		{admin.Redelivery{First: 1}, context.Canceled, "990 facts are sent again; for the others repeat the command with --from 1001, without --since: interrupted"},
		{admin.Redelivery{Since: &since}, down, "990 facts are sent again; for the others repeat the command with --from 1001, without --since: the database is down"},
		{admin.Redelivery{Dead: true}, context.Canceled, "990 facts are sent again; repeat the command for the others: interrupted"},
		{admin.Redelivery{First: 1001}, context.Canceled, "interrupted"},
	} {
		a := &administration{API: halting{cause: c.cause}, cmd: root()}
		a.cmd.SetContext(t.Context())
		ctx := t.Context()
		if errors.Is(c.cause, context.Canceled) {
			ctx = ended
		}
		if err := a.redeliver("billing", c.in); fmt.Sprint(last(ctx, err)) != c.want || !errors.Is(err, c.cause) {
			t.Errorf("%+v: %v", c.in, last(ctx, err))
		}
	}
}

// sending is an administration that has redelivered.
type sending struct {
	admin.API
	out admin.Redelivered
}

func (s sending) Redeliver(context.Context, string, admin.Redelivery) (*admin.Redelivered, error) {
	return &s.out, nil
}

// TestRedelivered: facts that wait for a resume are not said to be sent, and what is left out is counted, with the remedy.
func TestRedelivered(t *testing.T) {
	t.Parallel()
	for want, out := range map[string]admin.Redelivered{
		"3 facts are sent again\n": {Facts: 3},
		"3 facts wait, because the webhook is paused; scimstack webhook resume billing sends them\n": {Facts: 3, Paused: true},
		"0 facts are sent again\n2 facts have expired, and cannot be sent\n1 facts have types that the webhook does not get; " +
			"scimstack webhook set billing --types changes them\n": {Expired: 2, Other: 1, Paused: true},
	} {
		var says strings.Builder
		a := &administration{API: sending{out: out}, cmd: root()}
		a.cmd.SetContext(t.Context())
		a.cmd.SetOut(&says)
		if err := a.redeliver("billing", admin.Redelivery{Tenant: "acme", First: 1}); err != nil || says.String() != want {
			t.Errorf("%+v: %q %v", out, says.String(), err)
		}
	}
}
