package demo

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Target is a tenant of a running server.
type Target struct {
	Base  string // ends with the tenant
	Token string
	// Rotate creates a second token; end revokes the first. nil skips the step: a running server
	// offers no way to do this from outside.
	Rotate func() (token string, end func())
}

// Options of Run.
type Options struct {
	// Target returns an empty tenant for an identity provider ("okta", …).
	Target func(idp string) (Target, error)
	IdPs   []string // see Names
	Seed   uint64
	Faults []string // see FaultKinds
	// Wait waits for as long as a server asks. nil uses a timer; tests return at once.
	Wait func(ctx context.Context, d time.Duration) error
	// Progress is called when a step begins, and once at the end. nil reports nothing.
	Progress func(done, total int, idp, step string)
	Keep     bool // what a run creates stays: for tests that look at it afterwards
}

// session is the run of one twin.
type session struct {
	*twin
	wire    *wire // as the identity provider, over the network with faults
	audit   *wire // over a network without faults
	network *network
	target  Target
	people  []*person
	groups  []*group
	joiner  *person // created in addition to people
	keep    bool    // nothing is cleaned up
}

// step is one event in a company. If a fatal step fails, the rest of the run is skipped, other than the last step.
type step struct {
	name  string
	fatal bool
	run   func(*session, context.Context) (proved string, err error)
	when  func(*session) bool // nil: always
}

func hasGroups(s *session) bool { return s.group != nil }

func steps() []step {
	return []step{
		{name: "Test connection", run: (*session).testConnection, fatal: true},
		{name: "First sync", run: (*session).firstSync, fatal: true},
		{name: "Group push", run: (*session).pushGroups, when: hasGroups},
		{name: "Rename a person", run: (*session).renamePerson},
		{name: "Move a person", run: (*session).movePerson},
		{name: "Rename a group", run: (*session).renameOneGroup, when: func(s *session) bool { return s.renameGroup != nil }},
		{name: "Deactivate", run: (*session).deactivate},
		{name: "Reactivate", run: (*session).reactivate},
		{name: "Name is taken", run: (*session).nameIsTaken},
		{name: "Many at once", run: (*session).manyAtOnce, when: hasGroups},
		{name: "Full import", run: (*session).fullImport},
		{name: "Throttling", run: (*session).throttled},
		{name: "Lost response", run: (*session).responseLost},
		{name: "Token rotation", run: (*session).rotateToken, when: func(s *session) bool { return s.target.Rotate != nil }},
		{name: "Delete a person", run: (*session).deletePerson, when: func(s *session) bool { return s.deletes }},
		{name: "Clean up", run: (*session).cleanUp},
	}
}

// Run plays the identity providers one after the other. It returns an error only if a run cannot
// begin; later failures are in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	chosen, err := pick(o.IdPs)
	if err != nil {
		return nil, err
	}
	report := &Report{Seed: o.Seed, Faults: map[string]int{}}
	start := time.Now()
	total := len(chosen) * len(steps())
	for i, t := range chosen {
		target, err := o.Target(t.name)
		if err != nil {
			return nil, err
		}
		if report.Base == "" {
			report.Base = target.Base
		}
		s, err := newSession(t, target, o)
		if err != nil {
			return nil, err
		}
		s.play(ctx, report, func(n int, name string) {
			if o.Progress != nil {
				o.Progress(i*len(steps())+n, total, t.title, name)
			}
		})
		report.Requests += s.wire.requests.Load() + s.audit.requests.Load()
		report.Repeats += s.wire.repeats.Load()
		for k, n := range s.network.counted() {
			report.Faults[k] += n
		}
		if ctx.Err() != nil {
			break
		}
	}
	if o.Progress != nil && ctx.Err() == nil {
		o.Progress(total, total, "", "done")
	}
	report.Took = time.Since(start)
	return report, nil
}

// tries is how many times an identity provider sends a request before it gives up.
const tries = 8

func newSession(t *twin, target Target, o Options) (*session, error) {
	n, err := newNetwork(o.Faults)
	if err != nil {
		return nil, err
	}
	s := &session{twin: t, target: target, network: n, keep: o.Keep}
	s.people, s.groups = directory(t.name, o.Seed)
	s.wire = newWire(target.Base, target.Token, t.header, n, tries)
	if o.Wait != nil {
		s.wire.wait = o.Wait
	}
	s.audit = newWire(target.Base, target.Token, header("Accept", "application/scim+json"), http.DefaultTransport, tries)
	return s, nil
}

// cleanFor bounds how long an interrupted run may still delete what it has created.
const cleanFor = 30 * time.Second

// play plays the steps. Whatever ends it, the last one deletes what was created: the tenant may be one that people use.
func (s *session) play(ctx context.Context, report *Report, progress func(n int, name string)) {
	all := steps()
	over := false
	for i, st := range all {
		last := i == len(all)-1
		if over && (!last || !s.created()) || last && s.keep {
			continue
		}
		progress(i, st.name)
		if st.when != nil && !st.when(s) {
			continue
		}
		within, cancel := ctx, context.CancelFunc(func() {})
		if last {
			within, cancel = context.WithTimeout(context.WithoutCancel(ctx), cleanFor)
		}
		start := time.Now()
		proved, err := st.run(s, within)
		cancel()
		report.Steps = append(report.Steps, Step{IdP: s.title, Name: st.name, Proved: proved, Err: err, Took: time.Since(start)})
		over = over || err != nil && (st.fatal || errors.Is(ctx.Err(), context.Canceled))
	}
}
