package node

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// start starts the program with a secret and returns its URL.
func start(t *testing.T, secret string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the example in Node is not run")
	}
	cmd := exec.CommandContext(t.Context(), node, "receiver.mjs")
	cmd.Env = append(os.Environ(), "WEBHOOK_SECRET="+secret, "PORT=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	port, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatal(line, err)
	}
	return "http://127.0.0.1:" + port
}

// TestReceiver: the table of the program equals the directory, although facts come twice and in another order; deliveries
// that are not signed by its secret change nothing, and it does not keep a body of any length. It has 40 lines.
func TestReceiver(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("receiver.mjs")
	if err != nil || strings.Count(string(source), "\n") > 40 {
		t.Error("the example has more than 40 lines", err)
	}
	secret := webhook.NewSecret()
	url := start(t, secret)
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	facts, err := feed.New(store, feed.Options{})
	if err != nil {
		t.Fatal(err)
	}
	provider, users := engine.New(store, engine.Options{}), scim.Target{Tenant: acme, Type: schema.UserType()}
	want := map[string]bool{}
	for n := range 12 {
		name := fmt.Sprint("u", n)
		r, err := provider.Create(t.Context(), users, map[string]any{"userName": name}, scim.Projection{})
		if err == nil && n%3 == 0 {
			_, err = provider.Replace(t.Context(), users.Of(r.ID), map[string]any{"userName": name, "active": false}, scim.Match{}, scim.Projection{})
		}
		if want[r.ID] = n%3 != 0; err == nil && n%4 == 0 {
			err = provider.Delete(t.Context(), users.Of(r.ID), scim.Match{})
			delete(want, r.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := webhook.Sender{Loopback: true, Logger: slog.New(slog.DiscardHandler)}
	send := func(f feed.Fact, secrets ...string) error {
		return s.Deliver(t.Context(), webhook.Endpoint{ID: "node", URL: url, Secrets: secrets}, f)
	}
	all, err := facts.Read(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		forged := all[i]
		forged.Seq += 1000
		if err := send(forged, webhook.NewSecret()); err == nil || !strings.Contains(err.Error(), "401") {
			t.Fatal("a forged delivery:", err)
		}
		if err := errors.Join(send(all[i], secret), send(all[i], webhook.NewSecret(), secret), send(all[i/2], secret)); err != nil {
			t.Fatal(err)
		}
	}
	long, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, io.LimitReader(spaces{}, 64<<20))
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(long); err == nil {
		t.Error("a body without an end is read:", res.Status)
		_ = res.Body.Close()
	}
	if d := cmp.Diff(want, table(t.Context(), t, url)); d != "" {
		t.Error("(-directory +table):", d)
	}
}

// spaces is a body without an end.
type spaces struct{}

func (spaces) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

// table is what the program has.
func table(ctx context.Context, t *testing.T, url string) map[string]bool {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][2]json.RawMessage
	if err := json.Unmarshal(b, &rows); err != nil {
		t.Fatal(err, string(b))
	}
	got := map[string]bool{}
	for _, row := range rows {
		var id string
		var u struct{ Active bool }
		if err := errors.Join(json.Unmarshal(row[0], &id), json.Unmarshal(row[1], &u)); err != nil {
			t.Fatal(err)
		}
		got[id] = u.Active
	}
	return got
}
