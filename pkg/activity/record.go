package activity

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Ways into the service: the values of Record.Entry.
const (
	EntryHTTP = "http"
	EntryBulk = "bulk" // one operation of a bulk request; the request has a record of its own
	EntryMCP  = "mcp"
	// EntryAdmin is a change of the administration: Operation is tenant.update, token.rotate and so on,
	// Actor made it, Resource is the key of the token or the id of the client, and Before and Values have what
	// was and what is, without secrets.
	EntryAdmin = "admin"
	// EntryWebhook is a webhook that was paused: Resource is its id, and a note has the reason.
	EntryWebhook = "webhook"
	// EntryExpiry is the warning that a credential ends soon: Operation is token.expiring, client.expiring or
	// secret.expiring (of a client), Resource is its key, and Values has name, expires and the days of the warning.
	EntryExpiry = "expiry"
)

// Record is one request, or one operation of a bulk request, after it was answered. It must not be
// changed once it has been appended.
type Record struct {
	// Verbs say what became of the resource, the most important first: created, deactivated, renamed, …;
	// empty if nothing was written. See VerbsFor.
	Verbs    []string      `json:"verbs,omitempty"`
	ID       string        `json:"id"` // ascends with time, unique in its tenant
	Time     time.Time     `json:"time"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Tenant   scim.TenantID `json:"-"`        // named by every read
	IdP      string        `json:"idp,omitempty"`
	Entry    string        `json:"entry"`
	Item     int           `json:"item,omitempty"` // 1 for the first operation of a bulk request
	// RequestID is also in the response header X-Request-Id and in the service's own log.
	RequestID string `json:"requestId,omitempty"`
	Key       string `json:"key,omitempty"`       // key id of the token; never the token
	Method    string `json:"method,omitempty"`    // as scim.MethodName returns it; "MCP" for a call of a tool
	Operation string `json:"operation,omitempty"` // create, get, replace, patch, delete, search, bulk, …
	Type      string `json:"type,omitempty"`      // resource type name
	Resource  string `json:"resource,omitempty"`  // resource id
	// Name is the userName of the resource, otherwise its displayName, if the tenant keeps values.
	Name string `json:"name,omitempty"`
	// Known are keyed hashes of the names and of the externalId, in a record of a resource that was
	// created, deleted or renamed. They find it by its name, also when it is gone; see Find.
	Known     []string `json:"known,omitempty"`
	Status    int      `json:"status"`
	ScimType  string   `json:"scimType,omitempty"`
	Code      string   `json:"code,omitempty"`      // cause of a failure, a scim.Code
	Attribute string   `json:"attribute,omitempty"` // the attribute that the failure is about, where known
	ErrorID   string   `json:"errorId,omitempty"`
	// Holder is the resource that has the unique value which a write requested (409), where known.
	Holder string `json:"holder,omitempty"`
	// Changed has the names of the attributes that a write changed, sorted; empty if nothing was
	// written.
	Changed []string `json:"changed,omitempty"`
	// Added and Removed are the ids of the members that a group gained and lost, at most MaxMembers
	// of each; MembersAdded and MembersRemoved count all. A deleted group has lost all its members.
	// Cleared means that all previous members were removed without being named by the client.
	Added          []string `json:"added,omitempty"`
	Removed        []string `json:"removed,omitempty"`
	MembersAdded   int      `json:"membersAdded,omitempty"`
	MembersRemoved int      `json:"membersRemoved,omitempty"`
	Cleared        bool     `json:"cleared,omitempty"`
	// Also are the ids of other resources that changed with this one, at most MaxMembers: the
	// reports of a deleted manager.
	Also []string `json:"also,omitempty"`
	// Names are the names of members in Added and Removed, by their ids, where known and if the tenant
	// keeps values.
	Names map[string]string `json:"names,omitempty"`
	// Notes say which values were interpreted differently from how they were sent, and which were
	// left out.
	Notes []string `json:"notes,omitempty"`
	// Plan is how a search found its matches, in short: the way, the index, and whether the filter was tested on what
	// was read ("residual"), such as "range userName, residual"; it has no values of the filter. See scim.Plan.
	Plan string `json:"plan,omitempty"`
	Read int    `json:"read,omitempty"` // resources that a search read
	// Count is the number of requests that the record stands for, if there are several: rejected ones
	// of one cause within a minute. The record is of the last of them.
	Count int `json:"count,omitempty"`
	// Values are the new values of Changed, if the tenant keeps values. Secrets are never among
	// them.
	Values map[string]any `json:"values,omitempty"`
	// Days is how long the Log keeps the record, in days; 0 is its default. It is a setting of the tenant,
	// and no part of what is read.
	Days int `json:"-"`
	// Actor is who changed something through the administration, and Before what it was. See EntryAdmin.
	Actor  string         `json:"actor,omitempty"`
	Before map[string]any `json:"before,omitempty"`
}

// KeptFor returns how long a Log keeps the record, if otherwise is its default.
func (r *Record) KeptFor(otherwise time.Duration) time.Duration {
	if r.Days > 0 {
		return time.Duration(min(r.Days, maxDays)) * 24 * time.Hour
	}
	return otherwise
}

// maxDays bounds Record.Days, so that times do not overflow.
const maxDays = 100 * 366

// MaxMembers is the length limit of each list of ids in a Record.
const MaxMembers = 100

// Failed reports whether the request was rejected or failed.
func (r *Record) Failed() bool { return r.Status >= 400 }

// stranger is scim.Record.Stranger.
func (r *Record) stranger() bool { return r.Status == http.StatusUnauthorized && r.Key == "" }

// Resources returns the ids of all resources that the record concerns, each once: its own, the
// holder of a value, members added and removed, and those in Also; and what stands for names (Known).
// The record is part of the timeline of each of them.
func (r *Record) Resources() []string {
	ids := make([]string, 0, 2+len(r.Added)+len(r.Removed)+len(r.Also)+len(r.Known))
	seen := make(map[string]bool, cap(ids))
	add := func(list ...string) {
		for _, id := range list {
			if id != "" && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	add(r.Resource, r.Holder)
	add(r.Added...)
	add(r.Removed...)
	add(r.Also...)
	add(r.Known...)
	return ids
}

// NewID returns a new id for a record of the given time: 14 hexadecimal digits of microseconds and 10
// random ones. Ids sort by time; within one microsecond their order is undefined.
func NewID(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(at.UnixMicro(), 0)))
	binary.BigEndian.PutUint64(b[8:], rand.Uint64()) // an id, not a secret
	return hex.EncodeToString(b[1:13])
}

// idPrefix returns the prefix of all ids of one microsecond. That of a later one sorts after them.
func idPrefix(at time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(at.UnixMicro(), 0)))
	return hex.EncodeToString(b[1:])
}

// Lowest returns a lower bound (inclusive) of the ids from a time on; the zero time is unbounded.
func Lowest(from time.Time) string {
	if from.IsZero() {
		return "0"
	}
	return idPrefix(from)
}

// Highest returns an upper bound (exclusive) of the ids before a time; the zero time is unbounded.
func Highest(until time.Time) string {
	if until.IsZero() {
		return "g" // after every hexadecimal digit
	}
	return idPrefix(until)
}

// ValidID reports whether an id has the form that NewID makes. Such an id from a client is safe as
// part of a key.
func ValidID(id string) bool {
	_, err := hex.DecodeString(id)
	return err == nil && len(id) == 24
}
