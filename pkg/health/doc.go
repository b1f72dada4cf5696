// Package health says how the connections of tenants are: which fail, which have fallen silent, which
// credentials end soon, and what to do about it.
//
//	identity provider ──► request ──► activity.Recorder ──► Tally by hour, connection and cause
//	                                                            │  (activity.Counter: 10 days)
//	tenant.Directory: settings, tokens, clients ──────────────┐ │
//	                                                          ▼ ▼
//	                                       Service.Tenant ── judge ──► Tenant
//	                                       Service.All    ── worst first ──► Page
//	                                       Service.Sum    ── for metrics and alarms ──► Sum
//
// A connection is a token or an OAuth client of a tenant. Its State follows from hourly counts, so reading
// it costs the same however many requests there were: for each tenant the record of its credentials and at
// most 240 small items. A tenant without a provisioning log is not counted, and every one of its
// connections looks unused.
//
// The states, the worst first, and the rule for each:
//
//	failing   requests are refused or fail: a refused credential that has not worked since, or at least
//	          half of the requests of the last hour (of 5 or more) or day (of 10 or more). Also requests
//	          with an unknown token, 3 or more in a day, while no connection works
//	silent    no request for longer than the connection's own rhythm explains
//	expiring  the credential ends within 30 days, or has ended and the tenant has no other one
//	degraded  a tenth of the requests of the last day fail, 3 or more
//	unused    no request yet, or another connection has taken over
//	paused    the operator has paused the tenant
//	ok        none of these
//
// Some answers are not failures of a connection, although they are errors of HTTP: a resource that does
// not exist, a version that has changed, a rate limit that the identity provider waits for.
//
// Times are those of requests. "Hour" is the current hour of the clock and the one before it, "day" the
// last 24 and the current one, and "week" is made the same way.
package health
