package scim

import (
	"errors"
	"time"
)

// Record describes one answered request to an observer: no values of attributes, no secrets. Of a
// request whose credential was refused it has nothing that the client wrote, see Stranger.
type Record struct {
	Time       time.Time
	Duration   time.Duration
	Item       int      // 0 for a request; n for operation n of a Bulk request, which is observed before the request itself
	Tenant     TenantID // zero when the URL names no known tenant
	Settings   *Tenant  `json:"-"` // the settings of Tenant, or nil if the observer gets them otherwise
	Subject    string   // key id of the credential
	IdP        string
	RequestID  string
	Method     string // a known method or MethodOther, see MethodName
	Operation  string // create, get, replace, patch, delete, search, bulk, discovery, …
	Type       string // ResourceType name
	ResourceID string
	Status     int
	ScimType   string
	Code       Code   // cause of a failure
	Attribute  string // that the failure is about, where known
	Holder     string // id of the resource that holds the wanted value (409), where known
	ErrorID    string // also in the body of a 5xx
	Changed    bool
	Notes      []string
	Plan       Plan  // of a search; of one that failed, as far as it came
	Err        error // the cause of a failure; for logs only
}

// Fail records a failure: e is what the client sees, err what happened. A 5xx gets an error id.
func (rec *Record) Fail(e *Error, err error) {
	rec.Status, rec.ScimType, rec.Code, rec.Attribute, rec.Err = e.Status, string(e.ScimType), e.Code, e.Attribute, err
	if e.Cause != nil {
		rec.Err = e.Cause // the text of an *Error is for clients and lacks it
	}
	if e.Plan != (Plan{}) {
		rec.Plan = e.Plan
	}
	if rec.Code == "" {
		rec.Code = CodeOther
	}
	var taken *TakenError
	if errors.As(err, &taken) {
		rec.Holder = taken.ID
	}
	var refused *RefusedError
	if errors.As(err, &refused) && rec.Subject == "" {
		rec.Subject = refused.KeyID
	}
	if e.Status >= 500 && e.Status != 501 { // 501 is no fault of the service
		rec.ErrorID = rec.RequestID
	}
}

// Stranger reports whether the request was refused without a known token: anybody can send such
// requests, with any text in them and in any number.
func (rec *Record) Stranger() bool { return rec.Status == 401 && rec.Subject == "" }

// MethodOther is the method in a Record of a request with any other method than those of MethodName.
const MethodOther = "other"

// MethodName returns the method for a Record: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS as it
// is, and MethodOther for all others. A method is text of the client: HTTP allows any token of any
// length, and an operation of a bulk request any string.
func MethodName(method string) string {
	switch method {
	case "GET":
		return "GET" // a constant, so that the record does not keep the request in memory
	case "HEAD":
		return "HEAD"
	case "POST":
		return "POST"
	case "PUT":
		return "PUT"
	case "PATCH":
		return "PATCH"
	case "DELETE":
		return "DELETE"
	case "OPTIONS":
		return "OPTIONS"
	}
	return MethodOther
}
