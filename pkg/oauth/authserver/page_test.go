package authserver_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestPage sends the requests of docs/how-to/oauth.md, and compares the answers with the page.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/how-to/oauth.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```http\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 4 || len(blocks)%2 != 0 {
		t.Fatal(len(blocks), "blocks")
	}
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	known := strings.NewReplacer("CLIENT", c.ID, "SECRET", secret)
	for i := 0; i < len(blocks); i += 2 {
		head, body, _ := strings.Cut(known.Replace(blocks[i][1]), "\n\n")
		lines := strings.Split(strings.TrimSpace(head), "\n")
		first := strings.Fields(lines[0])
		res := w.do(first[0], first[1], strings.TrimSpace(body), headers(lines[1:]))
		got := read(t, res)
		head, body, _ = strings.Cut(blocks[i+1][1], "\n\n")
		lines = strings.Split(strings.TrimSpace(head), "\n")
		if want := strings.TrimPrefix(lines[0], "HTTP/1.1 "); res.Status != want {
			t.Fatalf("%s: %s, want %s: %s", first, res.Status, want, got)
		}
		for name, want := range headers(lines[1:]) {
			if res.Header.Get(name) != want {
				t.Errorf("%s: %s: %s", first, name, res.Header.Get(name))
			}
		}
		if strings.TrimSpace(body) == "" {
			continue
		}
		var answer struct {
			Token string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(got), &answer); err != nil {
			t.Fatal(err)
		}
		if got = strings.ReplaceAll(got, answer.Token, "TOKEN"); got != strings.TrimSpace(body) {
			t.Errorf("%s: %s", first, got)
		}
		known = strings.NewReplacer("CLIENT", c.ID, "SECRET", secret, "TOKEN", answer.Token)
	}
}

func headers(lines []string) map[string]string {
	out := map[string]string{}
	for _, l := range lines {
		name, value, _ := strings.Cut(l, ": ")
		if name != "Host" {
			out[name] = value
		}
	}
	return out
}
