package guide

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// request is the request that a block shows: a line with method and path, headers, and a body after a blank line.
func (v values) request(ctx context.Context, text string) (*http.Request, error) {
	head, body, _ := strings.Cut(v.fill(text), "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, target, ok := strings.Cut(lines[0], " ")
	if !ok || !strings.HasPrefix(target, "/") {
		return nil, fmt.Errorf("%q is no request", lines[0])
	}
	r := httptest.NewRequestWithContext(ctx, method, strings.ReplaceAll(target, " ", "%20"), strings.NewReader(strings.TrimSpace(body)))
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Set(name, value)
	}
	return r, nil
}

// exchange sends a request to a service, and compares the answer with a block that shows the status, any of the
// headers, and the body.
func (v values) exchange(service http.Handler, r *http.Request, answer string) error {
	w := httptest.NewRecorder()
	service.ServeHTTP(w, r)
	res := w.Result()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	head, body, _ := strings.Cut(answer, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	if want := strings.TrimPrefix(lines[0], "HTTP/1.1 "); want != res.Status {
		return fmt.Errorf("%s %s: %s, and the page shows %s: %s", r.Method, r.URL, res.Status, want, got)
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		if err := v.compare(value, res.Header.Get(name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return v.compare(joined(body), string(got))
}

// joined is a body on one line, as it is sent: a page breaks it where it can be read.
func joined(body string) string {
	var out strings.Builder
	for line := range strings.Lines(body) {
		out.WriteString(strings.TrimSpace(line))
	}
	return out.String()
}
