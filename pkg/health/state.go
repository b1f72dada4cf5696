package health

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// State is the state of a connection, and of a tenant: the worst of its connections.
type State string

// The states; see the package documentation.
const (
	Failing  State = "failing"
	Silent   State = "silent"
	Expiring State = "expiring"
	Degraded State = "degraded"
	Unused   State = "unused"
	Paused   State = "paused"
	OK       State = "ok"
)

// States returns all states, the worst first.
func States() []State { return []State{Failing, Silent, Expiring, Degraded, Unused, Paused, OK} }

// rank is the place of a state among States.
func (s State) rank() int {
	for i, other := range States() {
		if s == other {
			return i
		}
	}
	return len(States())
}

// Tenant is the health of a tenant.
type Tenant struct {
	Tenant      scim.TenantID `json:"-"`
	Name        string        `json:"tenant"`
	State       State         `json:"state"`
	What        string        `json:"what"` // why it is in this state, in a sentence
	Todo        string        `json:"todo"` // who acts, and the next step
	LastContact time.Time     `json:"lastContact,omitzero"`
	Connections []Connection  `json:"connections"` // the worst first
	// Strangers are requests without a known credential. Anybody can send them.
	Strangers Spans `json:"strangers"`

	endings []Ending
}

// Connection is the health of one credential of a tenant.
type Connection struct {
	Key         string     `json:"key"` // key id of a token, or id of a client
	Name        string     `json:"name,omitempty"`
	Kind        string     `json:"kind"` // token or client
	IdP         string     `json:"idp,omitempty"`
	State       State      `json:"state"`
	What        string     `json:"what"`
	Todo        string     `json:"todo"`
	LastContact time.Time  `json:"lastContact,omitzero"`
	LastSuccess time.Time  `json:"lastSuccess,omitzero"`
	Spans       Spans      `json:"requests"`
	Rhythm      Rhythm     `json:"rhythm"`
	Expires     time.Time  `json:"expires,omitzero"`
	DaysLeft    *int       `json:"daysLeft,omitempty"` // until Expires, rounded down; negative after it
	Quarantine  Quarantine `json:"quarantine"`

	stage int // of the warnings about Expires, see Service.Stage
}

// Spans are the requests of three periods.
type Spans struct {
	Hour Counts `json:"hour"`
	Day  Counts `json:"day"`
	Week Counts `json:"week"`
}

// Counts are the requests of one period.
type Counts struct {
	Requests int     `json:"requests"`
	Reads    int     `json:"reads"`
	Writes   int     `json:"writes"`
	Failed   int     `json:"failed"`           // all answers of 400 and above
	Refused  int     `json:"refused"`          // those of Failed whose credential was refused
	Faults   int     `json:"faults"`           // those of Failed that count against the connection
	Causes   []Cause `json:"causes,omitempty"` // of Failed, most frequent first
}

// Cause is a cause of failures.
type Cause struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Count int    `json:"count"`
	Fault bool   `json:"fault"` // it counts against the connection
	Todo  string `json:"todo"`
}

// Rhythm says how often a connection is usually used, and whether it is overdue.
type Rhythm struct {
	Known   bool          `json:"known"`                 // it was seen for a day, in 3 hours or more
	Longest time.Duration `json:"longestGap,omitempty"`  // between two requests; nanoseconds
	Limit   time.Duration `json:"silentAfter,omitempty"` // a longer gap is silence; nanoseconds
	Since   time.Time     `json:"silentSince,omitzero"`  // the last request, if the connection is silent
	Around  bool          `json:"aroundClock,omitempty"` // it is used in nine of ten hours
}

// Quarantine is the risk that the identity provider suspends the connection.
type Quarantine struct {
	Risk   Risk   `json:"risk"`
	Reason string `json:"reason"`
}

// Risk is none, low or high.
type Risk string

// The risks.
const (
	None Risk = "none"
	Low  Risk = "low"
	High Risk = "high"
)
