package authserver

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	grant = "client_credentials"
	// jwtGrant is the grant of RFC 7523 §2.1, which libraries for service accounts use: the assertion that a client
	// authenticates with in §2.2 is the whole request.
	jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	maxBody  = 64 << 10 // bytes
	maxForm  = 32       // parameters
	// assertionType is the client_assertion_type of RFC 7523 §2.2.
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// invalidGrant is the error of an assertion that is the grant (RFC 7523 §3.1).
const invalidGrant = "invalid_grant"

// refusal is an error answer of RFC 6749 §5.2.
type refusal struct {
	status      int
	code        string // error
	description string
	basic       bool          // the client used Basic
	wait        time.Duration // Retry-After
	cause       scim.Code     // of the record
	client      string        // id, if the client is known
	err         error         // for the log
}

func (r *refusal) Error() string { return r.code + ": " + r.description }

func malformed(description string) error {
	return &refusal{status: http.StatusBadRequest, code: "invalid_request", description: description, cause: scim.CodeRequest}
}

// answer is an access token (RFC 6749 §5.1).
type answer struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Scope   string `json:"scope"`
}

// token serves POST /oauth/{tenant}/token.
func (h *handler) token(w http.ResponseWriter, r *http.Request, id scim.TenantID) {
	rec := &scim.Record{Time: h.o.Now(), Method: scim.MethodName(r.Method)}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache") // RFC 6749 §5.1
	a, err := h.grant(w, r, id, rec)
	var body any = a
	rec.Status = http.StatusOK
	if err != nil {
		body = h.refuse(w, r, id, rec, err)
	}
	text, err := json.Marshal(body)
	if err != nil {
		rec.Status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(rec.Status)
	_, _ = w.Write(text) // the client may have closed the connection
	rec.Duration = h.o.Now().Sub(rec.Time)
	if h.o.Observe != nil && !rec.Tenant.IsZero() {
		h.o.Observe(r, rec)
	}
}

// refuse writes the headers of an error, and returns its body.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, id scim.TenantID, rec *scim.Record, err error) any {
	var f *refusal
	if !errors.As(err, &f) {
		h.fault(r.Context(), id, err)
		wait := time.Second
		if busy := (*scim.BusyError)(nil); errors.As(err, &busy) {
			wait = max(wait, busy.RetryAfter)
		}
		f = &refusal{status: http.StatusServiceUnavailable, code: "temporarily_unavailable", description: "try again later", cause: scim.CodeBusy, wait: wait}
	}
	rec.Status, rec.Code = f.status, f.cause
	if f.client != "" {
		rec.Subject = f.client
		h.o.Log.WarnContext(r.Context(), "oauth client refused", "tenant", id.String(), "client", f.client, "code", string(f.cause), "cause", f.err)
	}
	if f.basic && f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="scim"`)
	}
	if f.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((f.wait+time.Second-1)/time.Second)))
	}
	if f.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	return map[string]string{"error": f.code, "error_description": f.description}
}

// grant answers a token request.
func (h *handler) grant(w http.ResponseWriter, r *http.Request, id scim.TenantID, rec *scim.Record) (*answer, error) {
	form, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	login, err := loginOf(r, form)
	if err != nil {
		return nil, err
	}
	switch form.Get("grant_type") {
	case grant, jwtGrant:
	case "":
		return nil, malformed("grant_type is missing; send grant_type=" + grant)
	default:
		return nil, &refusal{status: http.StatusBadRequest, code: "unsupported_grant_type", description: "send grant_type=" + grant, cause: scim.CodeRequest}
	}
	record, client, proof, err := h.authenticate(r, id, login, rec)
	if err != nil {
		return nil, err
	}
	rec.Subject = client.ID
	if err := h.admit(record); err != nil {
		return nil, err
	}
	asked := form.Get("scope")
	if login.bearer && asked == "" {
		asked = oauth.Asked(login.assertion)
	}
	scope, ok := oauth.Granted(asked)
	if !ok {
		return nil, &refusal{status: http.StatusBadRequest, code: "invalid_scope", description: "the scopes are scim and scim.read", cause: scim.CodeRequest}
	}
	if err := h.target(form, id); err != nil {
		return nil, err
	}
	token, life, err := h.o.Verifier.IssueFor(&record.Settings, client, scope, proof)
	if err != nil {
		return nil, err
	}
	return &answer{Token: token, Type: "Bearer", Expires: int(life / time.Second), Scope: scope}, nil
}

// target refuses a resource (RFC 8707) other than the SCIM base URL of the tenant.
func (h *handler) target(form url.Values, id scim.TenantID) error {
	if want := form.Get("resource"); want != "" && strings.TrimSuffix(want, "/") != h.o.Address.Resource(id.String()) {
		return &refusal{status: http.StatusBadRequest, code: "invalid_target", description: "the resource is " + h.o.Address.Resource(id.String()), cause: scim.CodeRequest}
	}
	return nil
}

// readForm reads the body within bounds. Parameters are in the body only, each once (RFC 6749 §3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return nil, &refusal{status: http.StatusMethodNotAllowed, code: "invalid_request", description: "use POST", cause: scim.CodeMethod}
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, malformed("the media type must be application/x-www-form-urlencoded")
	}
	for _, secret := range []string{"client_secret", "assertion"} {
		if strings.Contains(r.URL.RawQuery, secret) {
			return nil, malformed("credentials must not be in the URL, where logs keep them; send them in the body, and replace this one")
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "invalid_request", description: "the body is too large", cause: scim.CodeBodyTooLarge}
		}
		return nil, malformed("the body is not a form")
	}
	if len(r.PostForm) > maxForm {
		return nil, malformed("too many parameters")
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return nil, malformed("a parameter is there twice")
		}
	}
	return r.PostForm, nil
}
