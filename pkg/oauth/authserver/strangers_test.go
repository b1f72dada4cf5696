package authserver_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestStrangersLearnNoTenants: an unknown tenant and one without clients give the same answers, apart from their
// name, after as many reads; with a secret of the deployment, so does one with clients.
func TestStrangersLearnNoTenants(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{false, true} {
		var secret [32]byte
		if hidden {
			secret[0] = 1
		}
		w := newWorldWith(t, secret)
		if hidden {
			c, _ := w.add("globex", tenant.Client{Method: tenant.ClientSecret})
			if w.ask("globex", c.ID+":x", url.Values{}).Status != 401 {
				t.Error("accepted")
			}
			w.later(2 * time.Minute)
		}
		knocks := map[string]func(name string) string{
			"server metadata":   func(n string) string { return w.page("/.well-known/oauth-authorization-server/oauth/" + n) },
			"as some ask":       func(n string) string { return w.page("/oauth/" + n + "/.well-known/oauth-authorization-server") },
			"resource metadata": func(n string) string { return w.page("/.well-known/oauth-protected-resource/scim/v2/" + n) },
			"keys":              func(n string) string { return w.shape(n) },
			"a path":            func(n string) string { return w.page("/oauth/" + n + "/authorize") },
			"no client":         func(n string) string { return w.refusal(n, "", url.Values{}) },
			"basic":             func(n string) string { return w.refusal(n, "ocx:scimc_x", url.Values{}) },
			"basic again":       func(n string) string { return w.refusal(n, "ocx:scimc_x", url.Values{}) },
			"post":              func(n string) string { return w.refusal(n, "", url.Values{"client_id": {"x"}, "client_secret": {"x"}}) },
			"assertion":         func(n string) string { return w.refusal(n, "", asserted(w.assertion("ocx"))) },
			"bearer grant":      func(n string) string { return w.refusal(n, "", granted(w.assertion("ocx"))) },
			"SCIM":              func(n string) string { return w.scim("GET", n+"/Users", "x", "").Header.Get("WWW-Authenticate") },
		}
		order := slices.Sorted(maps.Keys(knocks))
		for _, order := range [][]string{order, {"keys", "basic", "keys", "assertion"}, {"basic", "server metadata", "basic", "keys", "keys"}} {
			w.later(2 * time.Minute)
			for _, what := range order {
				try := func(name string) (string, int) {
					before := w.tenants.reads
					text := knocks[what](name)
					return strings.ReplaceAll(text, name, "NAME"), w.tenants.reads - before
				}
				known, a := try("globex")
				unknown, b := try("missing")
				if known != unknown || a != b {
					t.Errorf("hidden %v, %s:\n%s (%d reads)\n%s (%d reads)", hidden, what, known, a, unknown, b)
				}
			}
		}
	}
}

func (w *world) page(path string) string {
	res := w.do("GET", path, "", nil)
	return res.Status + read(w.t, res)
}

// shape is the form of a key set, without the keys.
func (w *world) shape(name string) string {
	var set struct{ Keys []map[string]string }
	w.json(w.url+"/oauth/"+name+"/keys", &set)
	var out []string
	for _, k := range set.Keys {
		if again := w.keysOf(name); !slices.Contains(again, k["kid"]) {
			w.t.Error("a key of", name, "changes")
		}
		if k["d"] != "" {
			w.t.Error("a private key")
		}
		out = append(out, strings.Join(slices.Sorted(maps.Keys(k)), ",")+k["alg"])
	}
	return strings.Join(out, ";")
}

func (w *world) keysOf(name string) (kids []string) {
	var set struct{ Keys []map[string]string }
	w.json(w.url+"/oauth/"+name+"/keys", &set)
	for _, k := range set.Keys {
		kids = append(kids, k["kid"])
	}
	return kids
}

func (w *world) refusal(name, basic string, form url.Values) string {
	r := w.ask(name, basic, form)
	return r.Error + r.Description + r.Header.Get("WWW-Authenticate")
}

// TestNewClientAtOnce: a new client gets a token at its first request, and one that follows a refused request within a minute.
func TestNewClientAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 3 {
		c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
		if w.ask("acme", c.ID+":"+secret, url.Values{}).Status != 200 {
			t.Error("client", i)
		}
	}
	w.ask("acme", "ocx:x", url.Values{})
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	if w.ask("acme", c.ID+":"+secret, url.Values{}).Status != 401 {
		t.Error("read again for each refused request")
	}
	w.later(time.Minute)
	if w.ask("acme", c.ID+":"+secret, url.Values{}).Status != 200 {
		t.Error("a minute later")
	}
	w.change("acme", c.ID, func(c *tenant.Client) { c.Revoked = true })
	w.later(time.Minute)
	if w.ask("acme", c.ID+":"+secret, url.Values{}).Status != 401 || w.last().Code != scim.CodeTokenRevoked {
		t.Error("a revoked client:", w.last())
	}
}

// TestPublishedKeys: the keys of a tenant with clients are there before they sign, and check its tokens.
func TestPublishedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if len(w.keysOf("acme")) != 0 {
		t.Error("keys without clients and without a secret")
	}
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	w.later(2 * time.Minute)
	before := w.keysOf("acme")
	w.later(30 * 24 * time.Hour)
	after := w.keysOf("acme")
	if len(before) != 3 || before[1] != after[0] || before[2] != after[1] {
		t.Error(before, after)
	}
	got := w.ask("acme", c.ID+":"+secret, url.Values{})
	if kid := w.keys.Current(id(t, "acme"), w.record("acme").Settings.CursorKey, w.now()).ID; kid != after[1] || got.Status != 200 {
		t.Error(kid, after, got)
	}
}

// TestStrangersAreLimited: who fails too often gets 429 until it is slower, the same for clients and tenants that do not
// exist. The right secret is accepted all the same, and so are other clients.
func TestStrangersAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop()
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	other, otherSecret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	flood := func(name, basic string, form url.Values) (first int) {
		for n := 1; n <= 1000; n++ {
			switch got := w.ask(name, basic, form); got.Status {
			case 401:
			case 429:
				if got.Header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				return n
			default:
				t.Fatal(got)
			}
		}
		return 0
	}
	for _, basic := range []string{c.ID + ":wrong", "unknown:x"} {
		for _, name := range []string{"acme", "missing"} {
			if n := flood(name, basic, url.Values{}); n != 101 {
				t.Errorf("%s %s: 429 after %d", name, basic, n)
			}
		}
	}
	for _, name := range []string{"acme", "missing"} {
		if n := flood(name, "", asserted(w.assertion("absent"))); n != 101 {
			t.Errorf("%s, assertions: 429 after %d", name, n)
		}
	}
	for id, text := range map[string]string{c.ID: secret, other.ID: otherSecret} {
		if got := w.ask("acme", id+":"+text, url.Values{}); got.Status != 200 {
			t.Errorf("a right secret: %+v", got)
		}
	}
	w.later(time.Minute)
	if got := w.ask("acme", "unknown:x", url.Values{}); got.Status != 401 {
		t.Errorf("a minute later: %d", got.Status)
	}
}
