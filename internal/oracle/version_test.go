package oracle

import (
	"bytes"
	"cmp"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// version is the entity-tag of a resource when it was last seen, of the model, which counts changes, and of a service that
// makes it from the content. Both move together.
type version struct{ model, service string }

var tagForm = regexp.MustCompile(`(W/)?"[0-9]+"`)

// addressed is a request to the service, with its own entity-tags in the place of those of the model.
func (g *game) addressed(t *testing.T, q request) request {
	t.Helper()
	if r := g.model.any(target(q)); g.content && q.header != "" && r != nil { // the application may have changed it unseen
		look := request{method: "GET", path: r.typ.endpoint + "/" + r.id}
		g.understood(look, g.send(t, look), nil)
	}
	if v, ok := g.seen[target(q)]; ok && g.content {
		q.header = tagForm.ReplaceAllStringFunc(q.header, func(tag string) string {
			if strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(v.model, "W/") {
				return v.service
			}
			return tag
		})
	}
	return q
}

// understood is an answer with the entity-tags of the model, where the service's moved exactly if the model's did.
func (g *game) understood(q request, got *httptest.ResponseRecorder, made *resource) *httptest.ResponseRecorder {
	if !g.content {
		return got
	}
	tagOf := func(id, tag string) string {
		if made != nil && id == created(got) {
			return g.moved(id, made.tag(), tag)
		}
		if r := g.model.any(id); r != nil && tag != "" {
			return g.moved(id, r.tag(), tag)
		}
		return tag
	}
	id := cmp.Or(created(got), target(q))
	if tag := got.Header().Get("Etag"); tag != "" {
		got.Header().Set("Etag", tagOf(id, tag))
	}
	v, err := decode(got.Body.String())
	body, ok := v.(object)
	if err != nil || !ok {
		return got
	}
	for _, e := range append(list(body["Resources"]), body) {
		meta, _ := e.(object)["meta"].(object)
		id, _ := e.(object)["id"].(string)
		if tag, ok := meta["version"].(string); ok {
			meta["version"] = tagOf(id, tag)
		}
	}
	got.Body = bytes.NewBufferString(shownJSON(body))
	return got
}

// target is the id in the path of a request, or "".
func target(q request) string {
	_, id, _ := strings.Cut(q.path, "/")
	id, _, _ = strings.Cut(id, "?")
	return id
}

// created is the id of what a POST has created, or "".
func created(got *httptest.ResponseRecorder) string {
	if got.Code != http.StatusCreated {
		return ""
	}
	at := got.Header().Get("Location")
	return at[strings.LastIndexByte(at, '/')+1:]
}

func (g *game) moved(id, model, service string) string {
	was, known := g.seen[id]
	switch {
	case known && (was.model == model) != (was.service == service) && count(model)-count(was.model) < 2:
		return service
	case !known, was.model != model:
		g.seen[id] = version{model, service}
	}
	return model
}

func count(tag string) int {
	n, _ := strconv.Atoi(strings.Trim(tag, `W/"`))
	return n
}
