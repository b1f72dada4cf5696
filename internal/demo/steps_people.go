package demo

import (
	"context"
	"fmt"
	"net/http"
)

func (s *session) testConnection(ctx context.Context) (string, error) {
	a, err := s.wire.expect(ctx, http.MethodGet, s.probe, nil, 200)
	if err != nil {
		return "", err
	}
	if _, ok := a.doc["Resources"]; !ok || a.doc["totalResults"] == nil {
		return "", fmt.Errorf("the list has no Resources or no totalResults: %.200s", a.text)
	}
	stranger := newWire(s.target.Base, "not-a-token", s.header, http.DefaultTransport, 1)
	if _, err := stranger.expect(ctx, http.MethodGet, s.probe, nil, 401); err != nil {
		return "", fmt.Errorf("a wrong token: %w", err)
	}
	return "the service accepts the token and refuses a wrong one", nil
}

// find looks a person up as the identity provider does, and returns the id, or "".
func (s *session) find(ctx context.Context, w *wire, p *person) (string, error) {
	path := "/Users?filter=" + plus("userName", p.userName)
	if s.search != nil {
		path = s.search(p)
	}
	a, err := w.expect(ctx, http.MethodGet, path, nil, 200)
	if err != nil {
		return "", err
	}
	found := a.resources()
	if len(found) > 1 || a.total() != len(found) {
		return "", fmt.Errorf("%d people have the userName %s", a.total(), p.userName)
	}
	if len(found) == 0 {
		return "", nil
	}
	id, _ := found[0]["id"].(string)
	return id, nil
}

// create looks a person up and creates them. If a lost response or a retry has created them
// already, it uses the existing user.
func (s *session) create(ctx context.Context, p *person) error {
	if s.search != nil {
		id, err := s.find(ctx, s.wire, p)
		if err != nil {
			return err
		}
		if id != "" {
			return fmt.Errorf("%s already exists; choose another --seed for this server", p.userName)
		}
	}
	p.sent = s.search != nil
	a, err := s.wire.expect(ctx, http.MethodPost, "/Users", s.person(p), 201, 409)
	if err != nil {
		return err
	}
	if a.status == http.StatusConflict {
		p.id, err = s.find(ctx, s.wire, p)
	} else {
		p.id = a.id()
	}
	if err == nil && p.id == "" {
		err = fmt.Errorf("%s has no id: %.200s", p.userName, a.text)
	}
	return err
}

func (s *session) firstSync(ctx context.Context) (string, error) {
	for _, p := range s.people {
		if err := s.create(ctx, p); err != nil {
			return "", err
		}
	}
	for _, p := range s.people {
		if err := s.isAsSent(ctx, p); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d people were created, each exactly once and with the attributes that were sent", len(s.people)), nil
}

// isAsSent checks that the user on the server has the attributes of the directory.
func (s *session) isAsSent(ctx context.Context, p *person) error {
	a, err := s.audit.expect(ctx, http.MethodGet, "/Users/"+p.id, nil, 200)
	if err != nil {
		return err
	}
	name, _ := a.doc["name"].(object)
	extension, _ := a.doc[urnEnterprise].(object)
	email := ""
	if list, ok := a.doc["emails"].([]any); ok && len(list) == 1 {
		e, _ := list[0].(object)
		email, _ = e["value"].(string)
	}
	sent := s.person(p)
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"userName", a.doc["userName"], p.userName}, {"active", a.doc["active"], p.active}, {"externalId", a.doc["externalId"], sent["externalId"]},
		{"name.givenName", name["givenName"], p.given}, {"name.familyName", name["familyName"], p.family}, {"the e-mail address", email, p.userName},
	} {
		if c.got != c.want {
			return fmt.Errorf("%s of %s is %v, not %v", c.what, p.userName, c.got, c.want)
		}
	}
	if sent[urnEnterprise] != nil && extension["department"] != p.department {
		return fmt.Errorf("the department of %s is %v, not %s", p.userName, extension["department"], p.department)
	}
	return nil
}

// update sends the new state of a person.
func (s *session) update(ctx context.Context, p *person) error {
	if s.change != nil {
		_, err := s.wire.expect(ctx, http.MethodPatch, "/Users/"+p.id, s.change(p), 200, 204)
		return err
	}
	body := s.person(p)
	body["id"] = p.id
	_, err := s.wire.expect(ctx, http.MethodPut, "/Users/"+p.id, body, 200)
	return err
}

func (s *session) renamePerson(ctx context.Context) (string, error) {
	p := s.people[0]
	before := *p
	p.family, p.userName = "Married-"+p.family, "married."+p.userName
	if err := s.update(ctx, p); err != nil {
		return "", err
	}
	if err := s.isAsSent(ctx, p); err != nil {
		return "", err
	}
	now, err := s.find(ctx, s.audit, p)
	if err != nil || now != p.id {
		return "", fmt.Errorf("a search for the new name returns the id %q: %w", now, orNothing(err))
	}
	if old, err := s.find(ctx, s.audit, &before); err != nil || old != "" {
		return "", fmt.Errorf("a search for the old name still returns the id %q: %w", old, orNothing(err))
	}
	return "a person has a new name and address; a search finds the new name and no longer the old one", nil
}

func (s *session) movePerson(ctx context.Context) (string, error) {
	from, to := s.largest(), s.smallest()
	p := from.members[0]
	p.department = to.name
	if err := s.update(ctx, p); err != nil {
		return "", err
	}
	if err := s.isAsSent(ctx, p); err != nil {
		return "", err
	}
	if s.group == nil {
		return "a person has a new department", nil
	}
	if err := s.leave(ctx, from, p); err != nil {
		return "", err
	}
	if err := s.join(ctx, to, p); err != nil {
		return "", err
	}
	if err := s.checkMembers(ctx, from, to); err != nil {
		return "", err
	}
	return "a person left one group and joined another; no other membership changed", nil
}

// switchTo activates or deactivates a person.
func (s *session) switchTo(ctx context.Context, p *person, active bool) error {
	p.active = active
	if s.active == nil {
		return s.update(ctx, p)
	}
	_, err := s.wire.expect(ctx, http.MethodPatch, "/Users/"+p.id, s.active(active), 200, 204)
	return err
}

func (s *session) deactivate(ctx context.Context) (string, error) {
	p := s.people[1]
	if err := s.switchTo(ctx, p, false); err != nil {
		return "", err
	}
	if err := s.isAsSent(ctx, p); err != nil {
		return "", err
	}
	if id, err := s.find(ctx, s.audit, p); err != nil || id != p.id {
		return "", fmt.Errorf("a search does not find the inactive person: it returns the id %q: %w", id, orNothing(err))
	}
	return "a leaver is inactive, and a search still finds them", nil
}

func (s *session) reactivate(ctx context.Context) (string, error) {
	p := s.people[1]
	if err := s.switchTo(ctx, p, true); err != nil {
		return "", err
	}
	return "the person is active again, with the same id and all attributes", s.isAsSent(ctx, p)
}

func (s *session) nameIsTaken(ctx context.Context) (string, error) {
	p := s.people[2]
	a, err := s.wire.expect(ctx, http.MethodPost, "/Users", s.person(p), 409)
	if err != nil {
		return "", err
	}
	if a.doc["scimType"] != "uniqueness" || a.doc["status"] != "409" {
		return "", fmt.Errorf("the response is not a SCIM error: %.200s", a.text)
	}
	id, err := s.find(ctx, s.audit, p)
	if err != nil || id != p.id {
		return "", fmt.Errorf("a search returns the id %q, not %q: %w", id, p.id, orNothing(err))
	}
	return "an existing person is not created again; the error says why", nil
}

func (s *session) deletePerson(ctx context.Context) (string, error) {
	p := s.people[3]
	old := p.id
	if err := s.remove(ctx, "/Users/"+old); err != nil {
		return "", err
	}
	if _, err := s.audit.expect(ctx, http.MethodGet, "/Users/"+old, nil, 404); err != nil {
		return "", err
	}
	if s.group != nil {
		for _, g := range s.groups {
			g.without(p)
		}
		if err := s.checkMembers(ctx, s.groups...); err != nil {
			return "", err
		}
	}
	if err := s.create(ctx, p); err != nil {
		return "", err
	}
	if p.id == old {
		return "", fmt.Errorf("the id %s was used again", old)
	}
	return "a deleted person is gone, also from the groups; a new person with the same name has a new id", s.isAsSent(ctx, p)
}

// remove deletes a resource. A retry may get a 404.
func (s *session) remove(ctx context.Context, path string) error {
	_, err := s.wire.expect(ctx, http.MethodDelete, path, nil, 204, 404)
	return err
}

// errNothing is the %w of a message without a cause.
type errNothing struct{}

func (errNothing) Error() string { return "no error" }

func orNothing(err error) error {
	if err == nil {
		return errNothing{}
	}
	return err
}
