package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// hooked is a program that takes webhooks.
type hooked struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	status int
	calls  int
	got    []string // type and user of what was taken, or the error
}

func newHooked(t *testing.T) *hooked {
	t.Helper()
	h := &hooked{status: http.StatusNoContent}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.calls++
		b, _ := io.ReadAll(r.Body)
		var body struct {
			Type string
			Data struct{ User struct{ UserName string } }
		}
		v, err := standardwebhooks.NewWebhook(h.secret)
		if err == nil {
			err = v.Verify(b, r.Header)
		}
		if err == nil {
			err = json.Unmarshal(b, &body)
		}
		if w.WriteHeader(h.status); h.status < 300 {
			h.got = append(h.got, fmt.Sprint(body.Type, " ", body.Data.User.UserName, " ", err))
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hooked) set(secret string, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secret, h.status = secret, status
}

// called is how many deliveries there were, taken or not.
func (h *hooked) called() int { h.mu.Lock(); defer h.mu.Unlock(); return h.calls }

// takes waits until something was taken.
func (h *hooked) takes(t *testing.T, want string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		h.mu.Lock()
		got := strings.Join(h.got, "\n")
		h.mu.Unlock()
		if strings.Contains(got, want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%q is not in\n%s", want, got)
		}
	}
}

// printedBy runs a command and returns what it prints.
func printedBy(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out := &shared{}
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(out)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestDevWebhook: dev sends every change to --webhook, signed by the secret that it prints, also after a restart on
// the same file; the commands pause, resume, rotate and redeliver while it runs.
func TestDevWebhook(t *testing.T) {
	t.Parallel()
	h := newHooked(t)
	file := filepath.Join(t.TempDir(), "scim.db")
	secrets := regexp.MustCompile(`signing secret (whsec_\S+)\)`)
	start := func() (create func(string), end func() error) {
		out, end := started(t, "dev", "--addr", "127.0.0.1:0", "--data", file, "--tenant", "name=acme,token=literal-token-of-the-test", "--webhook", h.URL)
		out.has(t, "ready")
		base := regexp.MustCompile(`http://\S+/scim/v2`).FindString(out.String())
		secret := secrets.FindStringSubmatch(out.String())
		if secret == nil {
			t.Fatal(out)
		}
		h.set(secret[1], http.StatusNoContent)
		return func(name string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/acme/Users", strings.NewReader(fmt.Sprintf(`{"userName":%q}`, name)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer literal-token-of-the-test")
			res, err := http.DefaultClient.Do(r)
			if err != nil || res.StatusCode != http.StatusCreated {
				t.Fatal(res, err)
			}
			res.Body.Close()
		}, end
	}
	create, end := start()
	create("ann")
	h.takes(t, "user.created ann <nil>")
	if err := end(); err != nil {
		t.Error(err)
	}
	create, end = start() // the secret is still known
	create("ben")
	h.takes(t, "user.created ben <nil>")
	on := func(want string, args ...string) string {
		t.Helper()
		out, err := printedBy(t, append(append([]string{"webhook"}, args...), "--store", "sqlite:"+file)...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
		return out
	}
	on("dev-1 is paused", "pause", "dev-1", "--reason", "holidays")
	on("holidays", "list")
	h.set("", http.StatusServiceUnavailable) // what comes before the pause is noticed, within a second, is not taken
	users := 2
	for before := -1; h.called() != before; users++ {
		if users > 50 {
			t.Fatal("a paused webhook gets deliveries")
		}
		before = h.called()
		create("cid" + strings.Repeat("-", users-2))
		time.Sleep(1200 * time.Millisecond)
	}
	made := on("whsec_", "rotate", "dev-1", "--grace", "1h", "-o", "json")
	var rotated struct{ Secret string }
	if err := json.NewDecoder(strings.NewReader(made)).Decode(&rotated); err != nil { // a remark follows
		t.Fatal(err)
	}
	h.set(rotated.Secret, http.StatusGone)
	on("resumed", "resume", "dev-1")
	for end := time.Now().Add(2 * time.Minute); !strings.Contains(on("dev-1", "get", "dev-1"), "410"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a receiver that is gone does not pause the webhook")
		}
	}
	h.set(rotated.Secret, http.StatusNoContent)
	on("resumed", "resume", "dev-1")
	h.takes(t, "user.created cid <nil>")
	h.mu.Lock()
	h.got = nil
	h.mu.Unlock()
	on("1 facts", "redeliver", "dev-1", "acme", "--facts", "acme.1")
	h.takes(t, "user.created ann <nil>")
	on(fmt.Sprint(users, " facts"), "redeliver", "dev-1", "acme", "--since", "1h")
	h.takes(t, "user.created cid <nil>")
	on("0 facts", "redeliver", "dev-1", "acme", "--dead")
	on("deleted", "delete", "dev-1")
	if err := end(); err != nil {
		t.Error(err)
	}
	b, err := (&storeFlags{place: "sqlite:" + file}).open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	page, err := b.log.Query(t.Context(), acme, activity.Query{Operation: "webhook"})
	if err != nil || len(page.Records) != 1 || page.Records[0].Code != string(scim.CodeWebhook) || !strings.Contains(page.Records[0].Notes[0], "410") {
		t.Errorf("the provisioning log: %+v %v", page.Records, err)
	}
}

// TestDevWebhookTable: webhooks of dev on a table are kept there, with what they have not taken: the commands manage them, and
// a process that starts again without --webhook goes on where the last one ended.
func TestDevWebhookTable(t *testing.T) {
	t.Parallel()
	h, server := newHooked(t), endpoint(t)
	on := []string{"--store", "dynamodb", "--endpoint", server.URL, "--table", "scim"}
	start := func(more ...string) (out *shared, create func(string), end func() error) {
		args := append([]string{"dev", "--addr", "127.0.0.1:0", "--create-table", "--tenant", "name=acme,token=literal-token-of-the-test"}, on...)
		out, end = started(t, append(args, more...)...)
		out.has(t, "ready")
		base := regexp.MustCompile(`http://\S+/scim/v2`).FindString(out.String())
		return out, func(name string) {
			t.Helper()
			if status := postAs(t, base+"/acme/Users", "literal-token-of-the-test", fmt.Sprintf(`{"userName":%q}`, name)); status != http.StatusCreated {
				t.Fatal(status)
			}
		}, end
	}
	out, create, end := start("--webhook", h.URL)
	secret := regexp.MustCompile(`signing secret (whsec_\S+)\)`).FindStringSubmatch(out.String())
	if secret == nil {
		t.Fatal(out)
	}
	h.set(secret[1], http.StatusNoContent)
	create("ann")
	h.takes(t, "user.created ann <nil>")
	h.set(secret[1], http.StatusServiceUnavailable)
	before := h.called()
	create("ben")
	for end := time.Now().Add(2 * time.Minute); h.called() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is sent")
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if out, err := printedBy(t, append([]string{"webhook", "list"}, on...)...); err != nil || !strings.Contains(out, "dev-1") {
		t.Errorf("the commands do not see the webhook: %v\n%s", err, out)
	}
	h.set(secret[1], http.StatusNoContent)
	_, create, end = start()
	h.takes(t, "user.created ben <nil>")
	create("cid")
	h.takes(t, "user.created cid <nil>")
	if err := end(); err != nil {
		t.Error(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := strings.Count(strings.Join(h.got, "\n"), "user.created ann"); n != 1 {
		t.Errorf("what was taken before the restart was taken %d times: the position is not kept", n)
	}
}

// TestWebhookMistakes: what cannot be right is refused with the reason, and names the next step.
func TestWebhookMistakes(t *testing.T) {
	t.Parallel()
	store := "sqlite:" + filepath.Join(t.TempDir(), "scim.db")
	if out, err := printedBy(t, "tenant", "create", "acme", "--store", store); err != nil {
		t.Fatal(out, err)
	}
	for _, c := range []struct{ want, args string }{
		{"https", "webhook create a http://example.com"}, {"not public", "webhook create a https://10.0.0.1/x"}, {"a-z", "webhook create A https://example.com"},
		{"tenant list", "webhook create a https://example.com --tenant globex"}, {"webhook list", "webhook get a"}, {"webhook list", "webhook resume a"},
		{"webhook list", "webhook delete a"}, {"webhook list", "webhook rotate a"}, {"webhook list", "webhook dead-letters a"},
		{"--since", "webhook redeliver a acme"}, {"acme.41", "webhook redeliver a acme --facts 41"}, {"2h", "webhook redeliver a acme --since yesterday"},
		{"webhook list", "webhook redeliver a acme --from 1"},
	} {
		if out, err := printedBy(t, append(strings.Fields(c.args), "--store", store)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\n%s", c.args, err, out)
		}
	}
	if out, err := printedBy(t, "webhook", "create", "a", "https://example.com", "--tenant", "acme", "--types", "user.*", "--store", store); err != nil || !strings.Contains(out, "whsec_") {
		t.Error(out, err)
	}
	if _, err := printedBy(t, "webhook", "create", "a", "https://example.com", "--store", store); err == nil || !strings.Contains(err.Error(), "another id") {
		t.Error(err)
	}
	if out, err := printedBy(t, "webhook", "list", "--store", store); err != nil || strings.Contains(out, "whsec_") || !strings.Contains(out, "user.*") {
		t.Error(out, err)
	}
	for _, url := range []string{"http://example.com", "https://10.0.0.1", "ftp://127.0.0.1"} {
		if _, err := printedBy(t, "dev", "--addr", "127.0.0.1:0", "--webhook", url); err == nil || !strings.Contains(err.Error(), url) {
			t.Errorf("%s: %v", url, err)
		}
	}
}
