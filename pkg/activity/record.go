package activity

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Ways into the service.
const (
	EntryHTTP = "http"
	EntryBulk = "bulk" // one operation of a bulk request; the request has a record of its own
	EntryMCP  = "mcp"
)

// Record is one request, or one operation of a bulk request, after it was answered.
// A Record is immutable once appended.
type Record struct {
	ID       string        `json:"id"` // ascends with time, unique in its tenant
	Time     time.Time     `json:"time"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Tenant   scim.TenantID `json:"-"`        // every read names it
	IdP      string        `json:"idp,omitempty"`
	Entry    string        `json:"entry"`
	Item     int           `json:"item,omitempty"` // 1 for the first operation of a bulk request
	// RequestID is also in the response header X-Request-Id and in the service's own log.
	RequestID string `json:"requestId,omitempty"`
	Key       string `json:"key,omitempty"` // key id of the token; never the token
	Method    string `json:"method,omitempty"`
	Operation string `json:"operation,omitempty"` // create, get, replace, patch, delete, search, bulk, …
	Type      string `json:"type,omitempty"`      // resource type name
	Resource  string `json:"resource,omitempty"`  // resource id
	Status    int    `json:"status"`
	ScimType  string `json:"scimType,omitempty"`
	Code      string `json:"code,omitempty"`      // cause of a failure, a scim.Code
	Attribute string `json:"attribute,omitempty"` // the attribute that the failure is about, where known
	ErrorID   string `json:"errorId,omitempty"`
	// Holder is the resource that has the value a write wanted (409 uniqueness), where known.
	Holder string `json:"holder,omitempty"`
	// Changed names the attributes that a write altered, sorted; empty when nothing was written.
	Changed []string `json:"changed,omitempty"`
	// Added and Removed are the member ids that a group gained and lost, at most MaxMembers
	// of each; MembersAdded and MembersRemoved count all. Cleared says that every former
	// member left, unnamed.
	Added          []string `json:"added,omitempty"`
	Removed        []string `json:"removed,omitempty"`
	MembersAdded   int      `json:"membersAdded,omitempty"`
	MembersRemoved int      `json:"membersRemoved,omitempty"`
	Cleared        bool     `json:"cleared,omitempty"`
	// Also are other resources that had to change with this one, at most MaxMembers: who
	// reported to a deleted manager.
	Also []string `json:"also,omitempty"`
	// Notes say what was read in another way than it was sent, and what was left out.
	Notes []string `json:"notes,omitempty"`
	// Values are the new values of Changed, only for a tenant that keeps values. Secrets are
	// never among them.
	Values map[string]any `json:"values,omitempty"`
}

// MaxMembers bounds the lists of ids in a Record.
const MaxMembers = 100

// Failed tells whether the request was refused or went wrong.
func (r *Record) Failed() bool { return r.Status >= 400 }

// Resources are the ids of all resources that the record concerns: its own, the holder of a
// taken value, the members that came and went, and what changed along. The timeline of each has the record.
func (r *Record) Resources() []string {
	ids := make([]string, 0, 2+len(r.Added)+len(r.Removed)+len(r.Also))
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
	return ids
}

// NewID makes an id of a record: 14 hex digits of microseconds, 10 of chance. Ids of one
// microsecond have no order among themselves.
func NewID(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(at.UnixMicro(), 0)))
	binary.BigEndian.PutUint64(b[8:], rand.Uint64()) // a label, not a secret
	return hex.EncodeToString(b[1:13])
}

// idPrefix begins every id of a microsecond; that of a later one sorts behind all of them.
func idPrefix(at time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(max(at.UnixMicro(), 0)))
	return hex.EncodeToString(b[1:])
}

// Lowest is at or below every id of a record from a time on; a zero time has no bound.
func Lowest(from time.Time) string {
	if from.IsZero() {
		return "0"
	}
	return idPrefix(from)
}

// Highest is above every id of a record before a time; a zero time has no bound.
func Highest(until time.Time) string {
	if until.IsZero() {
		return "g" // behind every hex digit
	}
	return idPrefix(until)
}

// ValidID tells whether NewID can have made an id; one from outside is then safe in a key.
func ValidID(id string) bool {
	_, err := hex.DecodeString(id)
	return err == nil && len(id) == 24
}
