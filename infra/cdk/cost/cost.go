// Package cost estimates the monthly cost of a deployment. The request units of each operation
// come from the golden file of pkg/dynamo's tests, the prices from AWS's us-east-1 list.
//
//	pkg/dynamo/testdata/cost*.golden ── ReadOperations ──► Typical tenant ──► Estimate ◄── Customer
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
	perLogGBStored  = 0.03 * 0.15 // compressed to about 15 %
	perMetric       = 0.30        // a series that has a value in every hour
	perTransferGB   = 0.09
	perAlarm        = 0.10
	perDashboard    = 3.00
	perKey          = 1.00
	perFirewall     = 7.00 // one web ACL, two rules
	perFirewallCall = 0.60 / 1e6
	perZone         = 0.50
	perMessage      = 0.40 / 1e6 // a request to SQS
	perBusEvent     = 1.00 / 1e6
	perTrace        = 5.00 / 1e6
	freeTraces      = 100_000
)

// Sizes in bytes, measured on recorded traffic. CloudWatch adds 26 to each entry.
const (
	entry        = 26
	requestLine  = 702 + entry             // of a function, for each request
	gatewayLine  = 600 + entry             // the gateway's access log
	platformLine = 85 + 50 + 155 + 3*entry // START, END and REPORT of an invocation
	batchLine    = 120 + entry             // of the stream function
	answerBytes  = 2_000
	feedItem     = 1_200 // an entry of the feed and the position of its resource
	recordItem   = 550   // an item of the provisioning log, with what DynamoDB adds
)

// series are the metrics that the log lines make: latency by operation (6 are used every day) and by
// status class (3), round trips, read units and write units (internal/function/record.go).
const series = 6 + 3 + 3

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
	const invocation = perInvocation + 0.5*0.010*perGBSecond // 512 MB for 10 ms
	logged := requests*(requestLine+gatewayLine+platformLine) + t.Streamed*n*(batchLine+platformLine)
	metrics := 0.0
	if requests > 0 {
		metrics = series * perMetric
	}
	feed := 0.0
	if c.FeedDays > 0 {
		feed = 1
	}
	lines := []Line{
		{"gateway", requests * perRequest},
		{"functions", requests * invocation},
		{"stream function", t.Streamed * n * invocation},
		{"table: reads", t.Reads * n * perRead},
		{"table: writes", t.Writes * n * perWrite},
		{"table: writes of the provisioning log", t.LogWrites * n * perWrite},
		{"table: counts of requests", requests * perWrite}, // one update with the records of each
		{"table: reads of the feed", feed * t.FeedReads * n * perRead},
		{"table: writes of the feed", feed * t.FeedWrites * n * perWrite},
		{"table: storage of the feed", feed * t.Streamed * n * feedItem / 1e9 * float64(c.FeedDays) / 30 * stored},
		{"table: storage", t.GB * n * stored},
		{"table: storage of the provisioning log", t.LogWrites * n * recordItem / 1e9 * stored}, // 30 days
		{"logs: functions", requests * requestLine / 1e9 * perLogGB},
		{"logs: gateway", requests * gatewayLine / 1e9 * perLogGB},
		{"logs: START, END, REPORT", (requests + t.Streamed*n) * platformLine / 1e9 * perLogGB},
		{"logs: stream function", t.Streamed * n * batchLine / 1e9 * perLogGB},
		{"logs: storage", logged / 1e9 * perLogGBStored * float64(c.LogRetentionDays) / 30},
		{"metrics of the log lines", metrics},
		{"data transfer", requests * answerBytes / 1e9 * perTransferGB},
	}
	lines = append(lines, facts(c, t.Streamed*n)...)
	return append(lines, fixed(c, requests)...)
}

// What the function webhooks does for a batch of the stream, which is about a change: it takes the place, moves it and
// leaves it, after it has looked for endpoints, the last number, the position, the facts and what waits; a message is
// sent, received and deleted.
const (
	factReads, factWrites = 7, 3
	factMessages          = 3
	deliverySeconds       = 0.2
	scheduled             = 30 * 24 * 60      // of the schedule
	polls                 = 15 * 30 * 24 * 60 // Lambda asks an empty queue so often
)

// facts returns what it costs to send facts on.
func facts(c deployment.Customer, changes float64) []Line {
	if !c.SendsFacts() {
		return nil
	}
	const invocation = perInvocation + 0.25*deliverySeconds*perGBSecond
	lines := []Line{
		{"facts: function", changes * invocation},
		{"facts: table", changes * (factReads*perRead + factWrites*perWrite)},
		{"facts: messages", changes * factMessages * perMessage},
		{"fixed: schedule and queue of facts", scheduled*(perInvocation+0.25*0.02*perGBSecond+2*perRead) + polls*perMessage},
	}
	if c.EventBus != "" {
		lines = append(lines, Line{"facts: EventBridge", changes * perBusEvent})
	}
	return lines
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
