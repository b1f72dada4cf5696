package iamtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// caller is who has signed a request.
type caller struct {
	role *Role
	tags map[string]string
}

// Gate serves STS, and lets the requests to DynamoDB pass that the template allows to the role or session that signed
// them. The access key of a function's role is its logical id. It is safe for concurrent use.
type Gate struct {
	template *Template
	next     http.Handler
	life     time.Duration

	mu       sync.Mutex
	sessions map[string]caller // by access key
	refused  []string
	passed   map[string]int // accesses by access key and action
	assumed  int
}

// NewGate returns a Gate before an engine. Sessions end after an hour.
func NewGate(t *Template, engine http.Handler) *Gate {
	return &Gate{template: t, next: engine, life: time.Hour, sessions: map[string]caller{}, passed: map[string]int{}}
}

// Refused returns the accesses that were refused since the last call.
func (g *Gate) Refused() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.refused
	g.refused = nil
	return out
}

// Passed returns how often an action passed, by the access key of the caller and the action.
func (g *Gate) Passed() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[string]int{}
	for k, n := range g.passed {
		out[k] = n
	}
	return out
}

// Assumed returns the number of sessions that were handed out.
func (g *Gate) Assumed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.assumed
}

// ServeHTTP implements http.Handler.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet { // the health page
		_, _ = io.WriteString(w, "healthy: dynamodb")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	key := accessKey(r.Header.Get("Authorization"))
	who, known := g.caller(key)
	if !known {
		http.Error(w, "unknown access key "+key, http.StatusForbidden)
		return
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		g.assume(w, who, string(body))
		return
	}
	if err := g.check(key, who, r.Header.Get("X-Amz-Target"), body); err != nil {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": err.Error()})
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	g.next.ServeHTTP(w, r)
}

// accessKey returns the access key of an Authorization header.
func accessKey(header string) string {
	_, rest, _ := strings.Cut(header, "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	return key
}

func (g *Gate) caller(key string) (caller, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if who, ok := g.sessions[key]; ok {
		return who, true
	}
	role := g.template.Roles[key]
	return caller{role: role}, role != nil
}

// check evaluates every access of a request to DynamoDB.
func (g *Gate) check(key string, who caller, target string, body []byte) error {
	_, operation, _ := strings.Cut(target, ".")
	list, err := accesses(operation, body)
	if err != nil {
		return g.refuse(err.Error())
	}
	for _, a := range list {
		a.Resource, a.Tags = arn(a.Resource), who.tags
		ok, err := Allowed(who.role.Statements, a)
		if err != nil || !ok {
			return g.refuse(fmt.Sprintf("%s: %s (%v)", who.role.ID, a, err))
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, a := range list {
		g.passed[key+" "+a.Action]++
	}
	return nil
}

func (g *Gate) refuse(what string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused = append(g.refused, what)
	return fmt.Errorf("not authorized: %s", what)
}

// assume answers AssumeRole with one tag. Both the caller's policy and the trust of the role must allow
// to assume the role and to set the tag.
func (g *Gate) assume(w http.ResponseWriter, who caller, body string) {
	form, err := url.ParseQuery(body)
	role := g.named(form.Get("RoleArn"))
	if err != nil || form.Get("Action") != "AssumeRole" || role == nil || who.tags != nil {
		http.Error(w, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", http.StatusForbidden)
		return
	}
	tag, value := form.Get("Tags.member.1.Key"), form.Get("Tags.member.1.Value")
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession"} {
		a := Access{Action: action, Resource: role.ID + ".Arn", Keys: map[string][]string{"aws:RequestTag/" + tag: {value}}}
		own, err := Allowed(who.role.Statements, a)
		trusted, err2 := Allowed(trust(role, who.role.ID), a)
		if err != nil || err2 != nil || !own || !trusted {
			_ = g.refuse(fmt.Sprintf("%s: %s: policy %t, trust %t", who.role.ID, a, own, trusted))
			http.Error(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>"+action+"</Message></Error></ErrorResponse>", http.StatusForbidden)
			return
		}
	}
	g.mu.Lock()
	g.assumed++
	key := fmt.Sprintf("ASIA%d", g.assumed)
	g.sessions[key] = caller{role: role, tags: map[string]string{tag: value}}
	g.mu.Unlock()
	_, _ = fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>%s</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey><SessionToken>t/+=</SessionToken><Expiration>%s</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`, key, time.Now().Add(g.life).UTC().Format(time.RFC3339))
}

// named returns the role of an ARN.
func (g *Gate) named(arn string) *Role {
	_, name, _ := strings.Cut(arn, ":role/")
	for _, r := range g.template.Roles {
		if r.Name != "" && r.Name == name {
			return r
		}
	}
	return nil
}

// trust returns the statements of a role's trust policy for a caller. Their resource is the role.
func trust(role *Role, callerID string) []Statement {
	var out []Statement
	for _, s := range role.Trust {
		for _, p := range s.Principals {
			if p == callerID+".Arn" {
				s.Resources = []string{role.ID + ".Arn"}
				out = append(out, s)
			}
		}
	}
	return out
}
