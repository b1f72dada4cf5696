package demo

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scimstack/scimstack/internal/async"
)

func (s *session) largest() *group {
	best := s.groups[0]
	for _, g := range s.groups {
		if len(g.members) > len(best.members) {
			best = g
		}
	}
	return best
}

func (s *session) smallest() *group {
	best := s.groups[0]
	for _, g := range s.groups {
		if len(g.members) < len(best.members) {
			best = g
		}
	}
	return best
}

func (s *session) pushGroups(ctx context.Context) (string, error) {
	n := 0
	for _, g := range s.groups {
		if err := s.push(ctx, g); err != nil {
			return "", err
		}
		n += len(g.members)
	}
	if err := s.checkMembers(ctx, s.groups...); err != nil {
		return "", err
	}
	return fmt.Sprintf("exactly %d groups and %d memberships were created", len(s.groups), n), nil
}

// push creates a group, or uses the existing one with its name, and adds the members.
func (s *session) push(ctx context.Context, g *group) error {
	a, err := s.wire.expect(ctx, http.MethodPost, "/Groups", s.group(g), 201, 409)
	if err != nil {
		return err
	}
	if g.id = a.id(); a.status == http.StatusConflict {
		if g.id, err = s.findGroup(ctx, g); err != nil {
			return err
		}
	}
	if g.id == "" {
		return fmt.Errorf("the group %s has no id: %.200s", g.name, a.text)
	}
	for _, p := range g.members {
		if err := s.changeGroup(ctx, g, s.addMember(p)); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) findGroup(ctx context.Context, g *group) (string, error) {
	path := "/Groups?filter=" + plus("displayName", g.name)
	if s.searchGroup != nil {
		path = s.searchGroup(g)
	}
	a, err := s.wire.expect(ctx, http.MethodGet, path, nil, 200)
	if err != nil || len(a.resources()) != 1 {
		return "", fmt.Errorf("%d groups have the name %s: %w", a.total(), g.name, orNothing(err))
	}
	id, _ := a.resources()[0]["id"].(string)
	return id, nil
}

// changeGroup sends one PATCH of a group.
func (s *session) changeGroup(ctx context.Context, g *group, body object) error {
	_, err := s.wire.expect(ctx, http.MethodPatch, "/Groups/"+g.id, body, 200, 204)
	return err
}

func (s *session) join(ctx context.Context, g *group, p *person) error {
	g.members = append(g.members, p)
	return s.changeGroup(ctx, g, s.addMember(p))
}

func (s *session) leave(ctx context.Context, g *group, p *person) error {
	g.without(p)
	return s.changeGroup(ctx, g, s.removeMember(p))
}

// checkMembers checks that groups have the name and the members of the directory.
func (s *session) checkMembers(ctx context.Context, groups ...*group) error {
	for _, g := range groups {
		a, err := s.audit.expect(ctx, http.MethodGet, "/Groups/"+g.id, nil, 200)
		if err != nil {
			return err
		}
		if a.doc["displayName"] != g.name {
			return fmt.Errorf("the group %s has the name %v", g.name, a.doc["displayName"])
		}
		list, _ := a.doc["members"].([]any)
		have := map[string]bool{}
		for _, e := range list {
			m, _ := e.(object)
			id, _ := m["value"].(string)
			have[id] = true
		}
		for _, p := range g.members {
			if !have[p.id] {
				return fmt.Errorf("%s is missing from the group %s", p.userName, g.name)
			}
		}
		if len(list) != len(g.members) {
			return fmt.Errorf("the group %s has %d members, not %d", g.name, len(list), len(g.members))
		}
	}
	return nil
}

func (s *session) renameOneGroup(ctx context.Context) (string, error) {
	g := s.groups[0]
	g.name = "Renamed " + g.name
	if err := s.changeGroup(ctx, g, s.renameGroup(g)); err != nil {
		return "", err
	}
	if s.readGroup != "" {
		a, err := s.wire.expect(ctx, http.MethodGet, "/Groups/"+g.id+s.readGroup, nil, 200)
		if err != nil || a.doc["members"] != nil {
			return "", fmt.Errorf("members are returned although they were excluded: %w", orNothing(err))
		}
	}
	return "a group has a new name and the same members", s.checkMembers(ctx, g)
}

// manyAtOnce changes one group with concurrent requests of one member each, like Entra ID.
func (s *session) manyAtOnce(ctx context.Context) (string, error) {
	g := s.largest()
	in := map[*person]bool{}
	for _, p := range g.members {
		in[p] = true
	}
	leavers := append([]*person(nil), g.members[:len(g.members)/2]...)
	var joiners []*person
	for _, p := range s.people {
		if !in[p] && len(joiners) < 10 {
			joiners = append(joiners, p)
		}
	}
	changes := make([]object, 0, len(joiners)+len(leavers))
	for _, p := range joiners {
		changes = append(changes, s.addMember(p))
	}
	for _, p := range leavers {
		changes = append(changes, s.removeMember(p))
	}
	err := async.Each(ctx, len(changes), changes, func(ctx context.Context, body object) error {
		return s.changeGroup(ctx, g, body)
	})
	if err != nil {
		return "", err
	}
	g.members = append(g.members, joiners...)
	for _, p := range leavers {
		g.without(p)
	}
	if err := s.checkMembers(ctx, g); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d people joined and %d left one group concurrently; no change was lost", len(joiners), len(leavers)), nil
}
