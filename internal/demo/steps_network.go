package demo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// readAll reads all pages of a list, like an import, and returns ids by a key attribute.
func (s *session) readAll(ctx context.Context, page func(int) string, key string) (map[string]string, error) {
	byKey := map[string]string{}
	ids := map[string]bool{}
	for start, total := 1, -1; total < 0 || start <= total; {
		a, err := s.wire.expect(ctx, http.MethodGet, page(start), nil, 200)
		if err != nil {
			return nil, err
		}
		list := a.resources()
		if total = a.total(); len(list) == 0 {
			break
		}
		start += len(list)
		for _, r := range list {
			id, _ := r["id"].(string)
			name, _ := r[key].(string)
			if ids[id] {
				return nil, fmt.Errorf("%s %s is on two pages", key, name)
			}
			ids[id] = true
			byKey[name] = id
		}
	}
	return byKey, nil
}

func (s *session) fullImport(ctx context.Context) (string, error) {
	found, err := s.readAll(ctx, s.users, "userName")
	if err != nil {
		return "", err
	}
	for _, p := range s.people {
		if found[p.userName] != p.id {
			return "", fmt.Errorf("the import returns the id %q for %s, not %s", found[p.userName], p.userName, p.id)
		}
	}
	if s.group == nil {
		return fmt.Sprintf("the import read all %d people, each exactly once", len(s.people)), nil
	}
	found, err = s.readAll(ctx, s.groupsPages(), "displayName")
	if err != nil {
		return "", err
	}
	for _, g := range s.groups {
		if found[g.name] != g.id {
			return "", fmt.Errorf("the import returns the id %q for the group %s, not %s", found[g.name], g.name, g.id)
		}
	}
	return fmt.Sprintf("the import read all %d people and %d groups, each exactly once", len(s.people), len(s.groups)), nil
}

func (s *session) groupsPages() func(int) string { return s.twin.groups }

// throttled: a gateway answers 429 and then 503; the identity provider waits and retries.
func (s *session) throttled(ctx context.Context) (string, error) {
	p := s.people[4]
	before := s.wire.repeats.Load()
	s.network.refuseNext(http.StatusTooManyRequests, http.StatusServiceUnavailable)
	if err := s.switchTo(ctx, p, false); err != nil {
		return "", err
	}
	if n := s.wire.repeats.Load() - before; n < 2 {
		return "", fmt.Errorf("the change was retried %d times, not twice", n)
	}
	if err := s.isAsSent(ctx, p); err != nil {
		return "", err
	}
	if err := s.switchTo(ctx, p, true); err != nil {
		return "", err
	}
	return "a change that was refused twice by a gateway was applied by the next retry", s.isAsSent(ctx, p)
}

// responseLost: a person is created, the response is lost, and the create is sent again.
func (s *session) responseLost(ctx context.Context) (string, error) {
	_, extra := directory(s.name, ^uint64(0)>>1)
	p := *s.people[0]
	s.joiner = &p
	p.id, p.userName, p.external = "", "joiner."+s.people[5].userName, strings.Repeat("0", 8)+extra[0].external[8:]
	lossy := newWire(s.target.Base, "", s.header, &network{next: http.DefaultTransport, kinds: []string{FaultLost}, every: 1, count: map[string]int{}}, 1)
	s.wire.mu.Lock()
	lossy.token = s.wire.token
	s.wire.mu.Unlock()
	if _, err := lossy.do(ctx, http.MethodPost, "/Users", s.person(&p)); err == nil {
		return "", fmt.Errorf("the response was not lost")
	}
	a, err := s.wire.expect(ctx, http.MethodPost, "/Users", s.person(&p), 409)
	if err != nil {
		return "", fmt.Errorf("the repeated create: %w", err)
	}
	if p.id, err = s.find(ctx, s.wire, &p); err != nil || p.id == "" {
		return "", fmt.Errorf("no person was created: %.200s %w", a.text, orNothing(err))
	}
	return "a create that was sent twice created one person", s.isAsSent(ctx, &p)
}

func (s *session) rotateToken(ctx context.Context) (string, error) {
	old := s.target.Token
	token, end := s.target.Rotate()
	for _, t := range []string{old, token} { // both are valid
		s.wire.useToken(t)
		if _, err := s.wire.expect(ctx, http.MethodGet, s.probe, nil, 200); err != nil {
			return "", err
		}
	}
	end()
	s.audit.useToken(token)
	late := newWire(s.target.Base, old, s.header, http.DefaultTransport, 1)
	if _, err := late.expect(ctx, http.MethodGet, s.probe, nil, 401); err != nil {
		return "", fmt.Errorf("the old token: %w", err)
	}
	if _, err := s.wire.expect(ctx, http.MethodGet, s.probe, nil, 200); err != nil {
		return "", fmt.Errorf("the new token: %w", err)
	}
	return "both tokens were valid during the rotation; now the new one is accepted and the old one refused", nil
}

// cleanUp deletes everything that the run created. What cannot be deleted does not keep the rest.
func (s *session) cleanUp(ctx context.Context) (string, error) {
	w := s.audit // the original may not delete, and faults are covered by other steps
	var wrong error
	remove := func(path string) {
		if _, err := w.expect(ctx, http.MethodDelete, path, nil, 204); err != nil && wrong == nil {
			wrong = err
		}
	}
	for _, g := range s.groups {
		if g.id != "" {
			remove("/Groups/" + g.id)
		}
	}
	for _, p := range s.everyone() {
		if p.id == "" && p.sent { // the answer was lost
			p.id, _ = s.find(ctx, w, p)
		}
		if p.id == "" {
			continue
		}
		remove("/Users/" + p.id)
		if id, err := s.find(ctx, w, p); (err != nil || id != "") && wrong == nil {
			wrong = fmt.Errorf("%s is still there: %w", p.userName, orNothing(err))
		}
	}
	if wrong != nil {
		return "", wrong
	}
	return "all people and groups of this run are deleted", nil
}

// everyone are the people of the run.
func (s *session) everyone() []*person {
	if s.joiner == nil {
		return s.people
	}
	return append(s.people[:len(s.people):len(s.people)], s.joiner)
}

// created reports whether there is something to clean up.
func (s *session) created() bool {
	return slices.ContainsFunc(s.everyone(), func(p *person) bool { return p.id != "" || p.sent }) ||
		slices.ContainsFunc(s.groups, func(g *group) bool { return g.id != "" })
}
