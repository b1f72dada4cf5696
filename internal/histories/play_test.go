package histories

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// side is what one service shows of one tenant.
type side struct {
	*service
	kind          int
	step          int64 // see history.step
	began         time.Time
	tenant, token string
	ids           map[string]string // by placeholder without braces
	names         map[string]string // the other way round
	tags          map[string]string // entity-tags by id
	cursor        string
	keys          []string // of tokens that the operator made, each before the placeholder for it
	bulk          bool     // there was a bulk request
}

// join makes a new tenant and returns its side of each service. They have the same token, which the log names.
func (w *world) join(t *testing.T, kind int) []*side {
	t.Helper()
	w.tenants++
	name := fmt.Sprintf("tenant-%d", w.tenants)
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All|scim.Activity|scim.Events)
	token.Created = w.clock.now()
	sides := make([]*side, len(w.services))
	for i, s := range w.services {
		if err := s.tenants.Create(t.Context(), settings(t, id, kind)); err != nil {
			t.Fatal(err)
		}
		if err := s.tenants.AddToken(t.Context(), id, token); err != nil {
			t.Fatal(err)
		}
		s.settle(t)
		sides[i] = &side{service: s, kind: kind, step: 1, began: w.clock.now(), tenant: name, token: text, ids: map[string]string{"key": token.KeyID}, names: map[string]string{}, tags: map[string]string{}}
	}
	return sides
}

// play sends a request and returns the answer as text, in which ids are placeholders.
func (s *side) play(t *testing.T, q request) string {
	t.Helper()
	if q.method == restart {
		s.down(t)
		s.up(t)
		return "started again"
	}
	path := s.filled(q.path)
	if !strings.HasPrefix(path, "/") {
		path = "/scim/v2/" + s.tenant + "/" + path
	}
	w := s.send(t, q.method, path, s.filled(q.header), s.respelled(s.filled(q.body)))
	s.bulk = s.bulk || q.path == "Bulk"
	if q.method != http.MethodGet {
		s.settle(t)
	}
	s.learn(q, w)
	return s.normal(q, w)
}

// send sends a request as it is.
func (s *side) send(t *testing.T, method, path, header, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://histories.example"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	if name, value, ok := strings.Cut(header, ": "); ok {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	if s.step == slow {
		s.turn++
	}
	s.ServeHTTP(w, r)
	return w
}

var placeholder = regexp.MustCompile(`\{\{(tag |at[ +])?([^{}]*)\}\}`)

// filled puts what this service has made in the place of placeholders. What it has not made has an id that is unknown.
func (s *side) filled(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		id, known := s.ids[m[2]]
		switch {
		case m[2] == "cursor":
			return url.QueryEscape(s.cursor)
		case m[2] == "tenant":
			return s.tenant
		case strings.HasPrefix(m[1], "at"):
			n, _ := strconv.Atoi(m[2]) // it is a number
			return s.began.Add(time.Duration(int64(n)*s.step) * time.Second).Format(time.RFC3339)
		case !known:
			id = "missing-" + m[2]
		}
		if m[1] != "" {
			return s.tags[id]
		}
		return id
	})
}

// learn remembers ids, tags and cursors of an answer.
func (s *side) learn(q request, w *httptest.ResponseRecorder) {
	var body struct {
		ID         string
		Secret     string
		Token      struct{ Key string }
		Operations []struct{ Location string }
		NextCursor string
	}
	_ = json.Unmarshal([]byte(plain(w.Body.String())), &body) // not every answer has a body
	if body.NextCursor != "" {
		s.cursor = body.NextCursor
	}
	if body.Secret != "" {
		s.token = body.Secret
		s.keys = append(s.keys, body.Token.Key, fmt.Sprintf("{{key %d}}", q.n))
		s.ids["key"] = body.Token.Key
	}
	location := w.Header().Get("Location")
	if w.Code == http.StatusCreated && location != "" {
		s.made(fmt.Sprint(q.n), location)
	}
	for i, o := range body.Operations {
		s.made(fmt.Sprintf("%d.%d", q.n, i), o.Location)
	}
	if tag := w.Header().Get("Etag"); tag != "" {
		id, _, _ := strings.Cut(s.filled(q.path[strings.LastIndexByte(q.path, '/')+1:]), "?")
		if w.Code == http.StatusCreated {
			id = last(location)
		}
		s.tags[id] = tag
	}
}

// made remembers what a request created. An id keeps its first name.
func (s *side) made(name, location string) {
	id := last(location)
	if _, known := s.names[id]; known || id == "" {
		return
	}
	s.ids[name], s.names[id] = id, "{{"+name+"}}"
}

func last(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
