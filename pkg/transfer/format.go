package transfer

import (
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Format is the version of the file that this build writes and reads.
const Format = 1

// Bounds of a file.
const (
	// MaxLine is the longest line that is read, in bytes. A resource of scim.MaxResource has room in it.
	MaxLine = 4 << 20

	lineMembers = 1000      // members on one line
	lineBytes   = 256 << 10 // of a line with members, about
)

// Header is the first line of a file.
type Header struct {
	Format int       `json:"format"`
	Tenant string    `json:"tenant"`
	Time   time.Time `json:"time"`             // when the export began
	Source string    `json:"source,omitempty"` // Place.Name
	// Position is the number of the last fact of the feed that the file has; 0 for a store without a feed.
	Position int64 `json:"position,omitempty"`
	// Settled says that the file is the state of the tenant at Position. Otherwise the tenant was changed faster than it
	// could be read, or has no feed: the file may have some changes of the time of the export without others. The file
	// of a later export has them.
	Settled     bool `json:"settled"`
	Credentials bool `json:"credentials"` // the file has tokens and OAuth clients
	Webhooks    bool `json:"webhooks"`    // the file has webhooks
}

// line is one line of a file: an object with one member, which says what it is.
type line struct {
	Export   *Header         `json:"export,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"` // see tenant.Settings.Document
	Token    *tokenLine      `json:"token,omitempty"`
	Client   *clientLine     `json:"client,omitempty"`
	Webhook  *webhookLine    `json:"webhook,omitempty"`
	Resource *resourceLine   `json:"resource,omitempty"`
	Members  *membersLine    `json:"members,omitempty"`
	End      *endLine        `json:"end,omitempty"`
}

// tokenLine is a token. Hash is the SHA-256 of the credential, in base64.
type tokenLine struct {
	Key        string      `json:"key"`
	Name       string      `json:"name,omitempty"`
	Hash       []byte      `json:"hash"`
	IdP        string      `json:"idp,omitempty"`
	Mode       tenant.Mode `json:"mode,omitempty"`
	Scopes     scim.Scope  `json:"scopes"`
	User       string      `json:"user,omitempty"`
	Created    time.Time   `json:"created"`
	Expires    time.Time   `json:"expires,omitzero"`
	Used       time.Time   `json:"used,omitzero"`
	ReplacedBy string      `json:"replacedBy,omitempty"`
	Revoked    bool        `json:"revoked,omitempty"`
}

// clientLine is an OAuth client; see tenant.Client.Document.
type clientLine struct {
	ID       string          `json:"id"`
	Used     time.Time       `json:"used,omitzero"`
	Document json.RawMessage `json:"document"`
}

// webhookLine is a webhook of the tenant, with its secrets.
type webhookLine struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`
	Types   []string  `json:"types,omitempty"`
	Form    string    `json:"form,omitempty"`
	Secrets []string  `json:"secrets,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Paused  time.Time `json:"paused,omitzero"`
	Reason  string    `json:"reason,omitempty"`
}

// resourceLine is a resource without its members.
type resourceLine struct {
	Type         string          `json:"type"`
	ID           string          `json:"id"`
	ExternalID   string          `json:"externalId,omitempty"`
	Created      time.Time       `json:"created"`
	LastModified time.Time       `json:"lastModified"`
	Document     json.RawMessage `json:"document"`
	Hidden       json.RawMessage `json:"hidden,omitempty"`
}

// membersLine are members of one group, in the order of their ids. A group with many has several lines; every group has
// one at least.
type membersLine struct {
	Type         string       `json:"type"`
	ID           string       `json:"id"`
	LastModified time.Time    `json:"lastModified"`
	List         []memberLine `json:"list"`
	More         bool         `json:"more,omitempty"` // the next line goes on with this group
}

type memberLine struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Display string `json:"display,omitempty"`
}

// endLine is the last line. SHA256 is that of all lines before it, in hexadecimal.
type endLine struct {
	Lines  int64  `json:"lines"` // before this one
	SHA256 string `json:"sha256"`
}

// appendResource appends the line of a resource. Its document is in it byte for byte.
func appendResource(dst []byte, r *scim.Resource) []byte {
	dst = append(dst, `{"resource":{"type":`...)
	dst = schema.AppendString(dst, r.Type)
	dst = schema.AppendString(append(dst, `,"id":`...), r.ID)
	if r.ExternalID != "" {
		dst = schema.AppendString(append(dst, `,"externalId":`...), r.ExternalID)
	}
	dst = appendTime(append(dst, `,"created":`...), r.Created)
	dst = appendTime(append(dst, `,"lastModified":`...), r.LastModified)
	dst = append(append(dst, `,"document":`...), r.Document...)
	if r.Hidden != nil {
		dst = append(append(dst, `,"hidden":`...), r.Hidden...)
	}
	return append(dst, '}', '}', '\n')
}

// appendMembers appends a line of members.
func appendMembers(dst []byte, g *scim.Resource, list []scim.Member, more bool) []byte {
	dst = append(dst, `{"members":{"type":`...)
	dst = schema.AppendString(dst, g.Type)
	dst = schema.AppendString(append(dst, `,"id":`...), g.ID)
	dst = appendTime(append(dst, `,"lastModified":`...), g.LastModified)
	dst = append(dst, `,"list":[`...)
	for i, m := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = schema.AppendString(append(dst, `{"id":`...), m.ID)
		dst = schema.AppendString(append(dst, `,"type":`...), m.Type)
		if m.Display != "" {
			dst = schema.AppendString(append(dst, `,"display":`...), m.Display)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	if more {
		dst = append(dst, `,"more":true`...)
	}
	return append(dst, '}', '}', '\n')
}

// appendTime appends a time as answers have it: in UTC, to the millisecond, which every store keeps.
func appendTime(dst []byte, at time.Time) []byte {
	return schema.AppendString(dst, schema.FormatTime(at))
}

func tokenOf(t *tenant.Token) *tokenLine {
	return &tokenLine{
		Key: t.KeyID, Name: t.Name, Hash: t.Hash[:], IdP: t.IdP, Mode: t.Mode, Scopes: t.Scopes, User: t.UserID,
		Created: milli(t.Created), Expires: milli(t.Expires), Used: milli(t.Used), ReplacedBy: t.ReplacedBy, Revoked: t.Revoked,
	}
}

func (l *tokenLine) token() tenant.Token {
	t := tenant.Token{
		KeyID: l.Key, Name: l.Name, Connection: tenant.Connection{IdP: l.IdP, Mode: l.Mode}, Scopes: l.Scopes, UserID: l.User,
		Created: l.Created, Expires: l.Expires, Used: l.Used, ReplacedBy: l.ReplacedBy, Revoked: l.Revoked,
	}
	copy(t.Hash[:], l.Hash)
	return t
}

func webhookOf(e *webhook.Endpoint) *webhookLine {
	return &webhookLine{ID: e.ID, URL: e.URL, Types: e.Types, Form: e.Form, Secrets: e.Secrets, Until: milli(e.Until), Paused: milli(e.Paused), Reason: e.Reason}
}

// milli is a time as a file has it.
func milli(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.UTC().Truncate(time.Millisecond)
}
