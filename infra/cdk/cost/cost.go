// Package cost estimates the monthly cost of a deployment. The request units of each operation
// come from the golden file of pkg/dynamo's tests, the prices from AWS's us-east-1 list.
//
//	pkg/dynamo/testdata/cost.golden ── ReadOperations ──► Typical tenant ──► Estimate ◄── Customer
package cost

import "github.com/scimstack/scimstack/infra/cdk/deployment"

// Prices in US dollars.
const (
	perWrite        = 0.625 / 1e6 // write request unit, on demand
	perRead         = 0.125 / 1e6
	perGB           = 0.25 // stored, per month
	perGBRecovery   = 0.20
	perHTTPRequest  = 1.00 / 1e6
	perRESTRequest  = 3.50 / 1e6
	perInvocation   = 0.20 / 1e6
	perGBSecond     = 0.0000133334
	perLogGB        = 0.50
	logBytes        = 600
	perAlarm        = 0.10
	perDashboard    = 3.00
	perKey          = 1.00
	perFirewall     = 7.00 // one web ACL, two rules
	perFirewallCall = 0.60 / 1e6
	perZone         = 0.50
	perTrace        = 5.00 / 1e6
	freeTraces      = 100_000
)

// Line is one item of the estimate.
type Line struct {
	What    string
	Dollars float64 // per month
}

// Estimate returns the monthly cost of a deployment that serves the given number of tenants,
// each with the load of t.
func Estimate(c deployment.Customer, tenants int, t Tenant) []Line {
	n := float64(tenants)
	requests := t.Requests * n
	perRequest := perHTTPRequest
	if c.Gateway == deployment.REST {
		perRequest = perRESTRequest
	}
	stored := perGB
	if c.Table.PointInTimeRecovery {
		stored += perGBRecovery
	}
	lines := []Line{
		{"gateway", requests * perRequest},
		{"functions", requests * (perInvocation + 0.5*0.010*perGBSecond)}, // 512 MB for 10 ms
		{"table: reads", t.Reads * n * perRead},
		{"table: writes", t.Writes * n * perWrite},
		{"table: storage", t.GB * n * stored},
		{"logs", requests * logBytes / 1e9 * perLogGB * 2}, // one line of the function, one of the gateway
	}
	return append(lines, fixed(c, requests)...)
}

// fixed returns what a deployment costs even when it serves no tenant. The customer file
// switches each of these on separately. AWS WAF and tracing also charge per request.
func fixed(c deployment.Customer, requests float64) []Line {
	var lines []Line
	add := func(on bool, what string, dollars float64) {
		if on {
			lines = append(lines, Line{what, dollars})
		}
	}
	alarms := float64(len(deployment.AlarmsOf(c)))
	add(alarms > 0, "fixed: alarms", alarms*perAlarm)
	add(c.Dashboard, "fixed: dashboard", perDashboard)
	add(c.Table.CustomerKey && c.Table.Existing == nil, "fixed: customer managed key (KMS)", perKey)
	add(c.Firewall, "fixed: AWS WAF", perFirewall+requests*perFirewallCall)
	add(c.Domain != nil && c.Domain.HostedZoneID != "", "fixed: hosted zone", perZone)
	add(c.Tracing, "tracing", max(0, requests-freeTraces)*perTrace)
	return lines
}

// Total returns the sum of the lines.
func Total(lines []Line) float64 {
	sum := 0.0
	for _, l := range lines {
		sum += l.Dollars
	}
	return sum
}
