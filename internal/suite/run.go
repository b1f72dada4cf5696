package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Service is a running service without tenants.
type Service interface {
	// URL is the base before the tenant, the prefix included.
	URL() string
	// Tenant adds a tenant and gives its base URL and a token with all scopes.
	Tenant(t testing.TB, name string, change func(*tenant.Settings)) (base, token string)
	// Token adds a token with these scopes, linked to a user if userID is set; it works at once.
	Token(t testing.TB, name string, scopes scim.Scope, userID string) string
	// Wait lets time pass. A service that cannot skips the test, with the reason.
	Wait(t testing.TB, d time.Duration)
}

// inProcess is a Service whose clock can be moved.
type inProcess struct{ *apptest.Server }

func (s inProcess) URL() string { return s.Base }

func (s inProcess) Wait(_ testing.TB, d time.Duration) { s.Clock.Add(d) }

// Play runs every transcript of an archive as a sub-test, each against a service of its own.
func Play(t *testing.T, file string, newStore func(*testing.T) scim.Store) {
	t.Helper()
	PlayOn(t, file, func(t *testing.T) Service { return inProcess{apptest.Start(t, newStore(t))} })
}

// PlayOn is Play on services of any kind.
func PlayOn(t *testing.T, file string, start func(*testing.T) Service) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			p := &player{t: t, server: start(t), folder: filepath.Dir(file), vars: map[string]string{}, bodies: map[string]any{}, made: map[string]login{}}
			p.tenant([]string{"acme"})
			p.play(string(f.Data))
		})
	}
}

// login is a tenant as a client sees it.
type login struct{ base, token string }

type player struct {
	t      *testing.T
	server Service
	folder string // of the archive
	made   map[string]login
	now    login
	vars   map[string]string
	bodies map[string]any

	line    string
	pending bool // a request waits for its status line
	status  int
	header  http.Header
	raw     []byte
	body    any
}

var shorthands = strings.NewReplacer(
	"@User", schema.URNUser, "@Group", schema.URNGroup, "@Ent", schema.URNEnterpriseUser,
	"@Patch", "urn:ietf:params:scim:api:messages:2.0:PatchOp", "@Error", scim.URNError,
	"@Search", "urn:ietf:params:scim:api:messages:2.0:SearchRequest",
	"@Bulk", "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
	"@List", "urn:ietf:params:scim:api:messages:2.0:ListResponse",
	"@SPC", schema.URNServiceProviderConfig,
)

func (p *player) fatalf(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf("%s\n%s\nlast answer: %d %s", p.line, fmt.Sprintf(format, args...), p.status, p.raw)
}

func (p *player) play(text string) {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "// ") {
			continue
		}
		var headers []string
		for i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ") {
			i++
			headers = append(headers, strings.TrimSpace(lines[i]))
		}
		p.line = line
		if rest, ok := strings.CutPrefix(line, "repeat "); ok {
			count, _ := strconv.Atoi(rest)
			block := strings.Join(lines[i+1:i+3], "\n")
			for n := range count {
				p.play(strings.ReplaceAll(block, "{{i}}", fmt.Sprintf("%03d", n)))
			}
			i += 2
			continue
		}
		p.step(line, headers)
	}
	if p.pending {
		p.fatalf("a request has no status line")
	}
}

func (p *player) step(line string, headers []string) {
	p.t.Helper()
	line = p.fill(shorthands.Replace(line))
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPS", "OPTIONS":
		p.request(word, rest, headers)
	case "tenant":
		p.tenant(strings.Fields(rest))
	case "token":
		p.now.token = rest
	case "scopes":
		p.credential(rest, "")
	case "user":
		p.credential("read,write,users,groups,resources", rest)
	case "wait":
		d, err := time.ParseDuration(rest)
		if err != nil {
			p.fatalf("%v", err)
		}
		p.server.Wait(p.t, d)
	default:
		p.check(word, rest)
	}
}

func (p *player) fill(s string) string {
	for k, v := range p.vars {
		s = strings.ReplaceAll(s, "{{"+k+"}}", v)
	}
	return s
}

// tenant makes a tenant, or goes back to one.
func (p *player) tenant(words []string) {
	name := words[0]
	if l, ok := p.made[name]; ok {
		p.now = l
		return
	}
	var l login
	l.base, l.token = p.server.Tenant(p.t, name, func(s *tenant.Settings) {
		for _, w := range words[1:] {
			p.setting(s, w)
		}
	})
	p.made[name], p.now = l, l
}

func (p *player) setting(s *tenant.Settings, word string) {
	key, value, _ := strings.Cut(word, "=")
	n, _ := strconv.Atoi(value)
	switch key {
	case "strict":
		s.Strict = true
	case "idp":
		s.IdP = value
	case "sharedGroupNames":
		s.SharedGroupNames = true
	case "uniqueExternalId":
		s.UniqueExternalID = true
	case "noPassword":
		s.NoPassword = true
	case "sensitiveFilters":
		s.SensitiveFilters = true
	case "maxResults":
		s.Limits.MaxResults = n
	case "maxScan":
		s.Limits.MaxScan = n
	case "maxOperations":
		s.Limits.MaxOperations = n
	case "maxBody":
		s.Limits.MaxBody = n
	case "cursorSeconds":
		s.Limits.CursorSeconds = n
	case "schemas":
		types, err := schema.LoadDir(os.DirFS(filepath.Join(p.folder, value)), ".")
		if err != nil {
			p.t.Fatal(err)
		}
		s.Types = types
	default:
		p.t.Fatalf("unknown setting %s", word)
	}
}

// credential gives the current tenant a token with other scopes.
func (p *player) credential(scopes, userID string) {
	bits := map[string]scim.Scope{"read": scim.Read, "write": scim.Write, "users": scim.Users, "groups": scim.Groups, "resources": scim.Resources}
	var sum scim.Scope
	for s := range strings.SplitSeq(scopes, ",") {
		sum |= bits[s]
	}
	p.now.token = p.server.Token(p.t, p.now.base[strings.LastIndexByte(p.now.base, '/')+1:], sum, userID)
}

func (p *player) request(method, rest string, headers []string) {
	p.t.Helper()
	if p.pending {
		p.fatalf("the request before has no status line")
	}
	path, body, _ := strings.Cut(rest, " ")
	if method == "OPS" {
		method, body = "PATCH", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`+body+`}`
	}
	target := p.now.base + path
	if strings.HasPrefix(path, "^") { // relative to the server instead of the tenant
		target = strings.TrimSuffix(p.server.URL(), "/scim/v2") + path[1:]
	}
	if strings.HasPrefix(path, "http://") {
		target = path
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, escape(target), strings.NewReader(body))
	if err != nil {
		p.fatalf("%v", err)
	}
	if body == "" {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	if p.now.token != "none" {
		req.Header.Set("Authorization", "Bearer "+p.now.token)
	}
	for _, h := range headers {
		k, v, _ := strings.Cut(p.fill(h), ":")
		if v = strings.TrimSpace(v); v == "" {
			req.Header.Del(k)
		} else {
			req.Header.Set(k, v)
		}
	}
	client := http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		p.fatalf("%v", err)
	}
	defer res.Body.Close()
	p.raw, err = io.ReadAll(res.Body)
	if err != nil {
		p.fatalf("%v", err)
	}
	p.status, p.header, p.pending, p.body = res.StatusCode, res.Header, true, nil
	d := json.NewDecoder(bytes.NewReader(p.raw))
	d.UseNumber()
	if d.Decode(&p.body) != nil {
		p.body = nil
	}
}

// escape lets transcripts write filters in clear: characters that no URL may hold are
// encoded, what is encoded already stays.
func escape(target string) string {
	var b strings.Builder
	for i := range len(target) {
		switch c := target[i]; {
		case c == '+' && strings.Contains(target[:i], "?"):
			b.WriteString("%20")
		case c <= ' ' || c >= 0x7f || strings.IndexByte(`"<>[]\^{|}`+"`", c) >= 0:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (p *player) check(word, rest string) {
	p.t.Helper()
	if n, err := strconv.Atoi(word); err == nil {
		if !p.pending || p.status != n {
			p.fatalf("status %d, want %d", p.status, n)
		}
		p.pending = false
		return
	}
	path, value := splitPath(rest)
	ops := map[string]string{"=": "equals", "!": "absent", "+": "exists", "#": "count", "has": "contains"}
	switch word {
	case "=", "!", "+", "#", "has":
		a := replay.Assertion{Path: path, Op: ops[word], Value: json.RawMessage(value)}
		if err := a.Check(p.body); err != nil {
			p.fatalf("%v", err)
		}
	case "~":
		a := replay.Assertion{Path: path, Op: "exists"}
		if err := a.Check(p.body); err != nil || !regexp.MustCompile(value).Match(p.raw) {
			p.fatalf("does not match (%v)", err)
		}
	case "h":
		if have := p.header.Get(path); !regexp.MustCompile(value).MatchString(have) || have == "" {
			p.fatalf("header %s is %q", path, have)
		}
	case "h!":
		if have := p.header.Get(path); have != "" {
			p.fatalf("header %s is %q", path, have)
		}
	case "err":
		m, _ := p.body.(map[string]any)
		have, _ := m["scimType"].(string)
		if have == "" {
			have = "-"
		}
		if have != rest || m["detail"] == "" || m["status"] != strconv.Itoa(p.status) {
			p.fatalf("not an error %s", rest)
		}
	case "as":
		p.remember(rest)
	case "equal":
		if !reflect.DeepEqual(p.body, p.bodies[rest]) {
			p.fatalf("differs from %s: %v", rest, p.bodies[rest])
		}
	case "empty":
		if len(p.raw) > 0 {
			p.fatalf("there is a body")
		}
	default:
		p.fatalf("unknown line")
	}
}

// splitPath takes a path off the front; blanks inside brackets belong to it.
func splitPath(s string) (path, value string) {
	inside := false
	for i := range len(s) {
		switch {
		case s[i] == '[' || s[i] == ']':
			inside = s[i] == '['
		case s[i] == ' ' && !inside:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func (p *player) remember(name string) {
	m, _ := p.body.(map[string]any)
	if id, ok := m["id"].(string); ok {
		p.vars[name+".id"] = id
	}
	if next, ok := m["nextCursor"].(string); ok {
		p.vars[name+".next"] = next
	}
	if meta, ok := m["meta"].(map[string]any); ok {
		p.vars[name+".created"], _ = meta["created"].(string)
		p.vars[name+".modified"], _ = meta["lastModified"].(string)
		p.vars[name+".location"], _ = meta["location"].(string)
	}
	p.vars[name+".etag"] = p.header.Get("ETag")
	p.bodies[name] = p.body
}
