package demo_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/demo"
)

// TestEndedRun: a run that is interrupted, at any step, or that cannot go on, leaves nothing of its own in the tenant, and leaves alone what
// was there. After an interrupt no further identity provider begins.
func TestEndedRun(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"First sync", "Group push", "Deactivate", "Full import", "Clean up", "conflict"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			l, err := demo.NewLocal(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			target, err := l.Target("okta")
			if err != nil {
				t.Fatal(err)
			}
			target.Rotate = nil // this test keeps the token
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			kept, begun := 0, ""
			if step == "conflict" {
				kept = 1
				call(t, &target, http.MethodPost, "/Users", `{"userName":"`+lastOf(t)+`"}`)
			}
			report, err := demo.Run(ctx, demo.Options{
				IdPs: []string{"okta", "entra"}, Seed: 7, Wait: noWait,
				Target: func(string) (demo.Target, error) { return target, nil },
				Progress: func(_, _ int, idp, at string) {
					begun = idp
					if at == step {
						cancel()
					}
				},
			})
			if err != nil || report.Failed() == 0 && step != "Clean up" {
				t.Fatal(err, report)
			}
			if step != "conflict" && strings.Contains(begun, "Entra") {
				t.Error("another identity provider began:", begun)
			}
			for _, endpoint := range []string{"/Users", "/Groups"} {
				if n := call(t, &target, http.MethodGet, endpoint, ""); n != kept && endpoint == "/Users" || n != 0 && endpoint == "/Groups" {
					t.Errorf("%d %s are left", n, endpoint)
				}
			}
		})
	}
}

// lastOf is the name of the last person whom Okta would create.
func lastOf(t *testing.T) string {
	t.Helper()
	l, err := demo.NewLocal(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var target demo.Target
	name := ""
	_, err = demo.Run(t.Context(), demo.Options{
		IdPs: []string{"okta"}, Seed: 7, Wait: noWait,
		Target: func(idp string) (demo.Target, error) { target, err = l.Target(idp); return target, err },
		Progress: func(_, _ int, _, at string) {
			if at == "Group push" {
				name = nameOf(t, &target)
			}
		},
	})
	if err != nil || name == "" {
		t.Fatal(name, err)
	}
	return name
}

// list is an answer with resources.
type list struct {
	Total     int `json:"totalResults"`
	Resources []struct {
		UserName string `json:"userName"`
	} `json:"Resources"`
}

func answer(t *testing.T, target *demo.Target, method, path, body string) (got list) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+target.Token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.StatusCode > http.StatusCreated {
		t.Fatal(res.Status, err)
	}
	return got
}

func call(t *testing.T, target *demo.Target, method, path, body string) int {
	t.Helper()
	return answer(t, target, method, path, body).Total
}

func nameOf(t *testing.T, target *demo.Target) string {
	t.Helper()
	all := answer(t, target, http.MethodGet, "/Users?sortBy=meta.created&sortOrder=descending&count=1", "").Resources
	if len(all) != 1 {
		t.Fatal(all)
	}
	return all[0].UserName
}
