package deployment

// Alarm is one CloudWatch alarm. It costs $0.10 per month. A period without data does not
// raise it.
type Alarm struct {
	ID        string
	Says      string // description for the operator: what it means and where to look
	Namespace string
	Metric    string
	Statistic string
	// Dimension selects the resource that is measured: "api", "table", "index", "queue", "health", or
	// the name of a function. It is empty for a metric of the access log.
	Dimension string
	Threshold float64 // the alarm is raised at or above it
	Minutes   int     // length of a period
	Periods   int     // consecutive periods at or above Threshold
	// Filter, if not empty, makes the metric: it counts the lines of the access log that match
	// this pattern of CloudWatch Logs.
	Filter string
}

// AlarmsOf lists the alarms of a deployment. It returns nil if the customer file switches them
// off.
func AlarmsOf(c Customer) []Alarm {
	if !c.Alarms.Enabled {
		return nil
	}
	list := append(gatewayAlarms(c), tableAlarms()...)
	list = append(list, healthAlarms()...)
	list = append(list,
		Alarm{ID: "StreamAge", Says: "the stream function lags: totals are stale, and leftovers of interrupted writes are not yet removed", Namespace: "AWS/Lambda", Metric: "IteratorAge", Statistic: "Maximum", Dimension: "stream", Threshold: 15 * 60_000, Minutes: 5, Periods: 2},
		Alarm{ID: "DeadLetters", Says: "stream records could not be processed: scimstack table dead-letters lists and replays them, within 24 hours, before the stream drops them", Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Dimension: "queue", Threshold: 1, Minutes: 5, Periods: 1})
	if c.SendsFacts() {
		list = append(list,
			Alarm{ID: "FactsAge", Says: "facts wait: the function webhooks does not read its queue; look for level ERROR in its log", Namespace: "AWS/SQS", Metric: "ApproximateAgeOfOldestMessage", Statistic: "Maximum", Dimension: "facts", Threshold: 30 * 60, Minutes: 5, Periods: 2},
			Alarm{ID: "FactsDeadLetters", Says: "the function webhooks failed five times for a message; nothing is lost, and the function looks again every five minutes: look for level ERROR in its log", Namespace: "AWS/SQS", Metric: "ApproximateNumberOfMessagesVisible", Statistic: "Maximum", Dimension: "facts-dead-letters", Threshold: 1, Minutes: 5, Periods: 1})
	}
	for _, f := range c.Deployed() {
		title := upper(f.Name)
		list = append(list,
			Alarm{ID: title + "Errors", Says: "the function " + f.Name + " crashed or timed out", Namespace: "AWS/Lambda", Metric: "Errors", Statistic: "Sum", Dimension: f.Name, Threshold: 1, Minutes: 5, Periods: 1},
			Alarm{ID: title + "Throttles", Says: "the function " + f.Name + " is throttled by Lambda: raise reservedConcurrency or the account's concurrency limit", Namespace: "AWS/Lambda", Metric: "Throttles", Statistic: "Sum", Dimension: f.Name, Threshold: 1, Minutes: 5, Periods: 2})
	}
	return list
}

// gatewayAlarms measure the answers to clients. The gateway has one metric for all 5xx and one for all 4xx, so the statuses that
// mean something of their own are counted in the access log.
func gatewayAlarms(c Customer) []Alarm {
	errors4xx := "4xx"
	if c.Gateway == REST {
		errors4xx = "4XXError"
	}
	logged := func(id, says, filter string, threshold float64, periods int) Alarm {
		return Alarm{ID: id, Says: says, Namespace: "scimstack/" + c.Name, Metric: id, Statistic: "Sum", Threshold: threshold, Minutes: 5, Periods: periods, Filter: filter}
	}
	return []Alarm{
		logged("ServerErrors", "the API answers 5xx other than 503: look for level ERROR in the logs of the functions", `{ ($.status = "5*") && ($.status != "503") }`, 5, 1),
		logged("Busy", "the API answers 503: the table or a group is busy, or writes ran out of time; see the alarms of throttling", `{ $.status = "503" }`, 50, 2),
		logged("TooManyRequests", "clients are refused with 429: the gateway's throttle, AWS WAF or a tenant's own rate", `{ $.status = "429" }`, 100, 2),
		{ID: "ClientErrors", Says: "half of all requests are refused with 4xx: an expired token, or a base URL that is wrong", Namespace: "AWS/ApiGateway", Metric: errors4xx, Statistic: "Average", Dimension: "api", Threshold: 0.5, Minutes: 5, Periods: 3},
		{ID: "Latency", Says: "more than 1 in 100 requests takes longer than 5 s", Namespace: "AWS/ApiGateway", Metric: "Latency", Statistic: "p99", Dimension: "api", Threshold: 5_000, Minutes: 5, Periods: 3},
	}
}

// tableAlarms measure throttling. DynamoDB counts what it throttles for the index apart from the table, and throttles writes of the
// table when the index cannot follow.
func tableAlarms() []Alarm {
	var list []Alarm
	for _, on := range []struct{ prefix, name, dimension string }{{"", "the table", "table"}, {"Index", "the index", "index"}} {
		for _, of := range []struct{ title, what, cap string }{{"Read", "reads", "maxReadUnits"}, {"Write", "writes", "maxWriteUnits"}} {
			list = append(list, Alarm{
				ID: on.prefix + of.title + "sThrottled", Says: "DynamoDB throttles " + of.what + " of " + on.name + ": " + of.cap + " is reached, or one tenant or group is very busy",
				Namespace: "AWS/DynamoDB", Metric: of.title + "ThrottleEvents", Statistic: "Sum", Dimension: on.dimension, Threshold: 10, Minutes: 5, Periods: 2,
			})
		}
	}
	return list
}

// healthAlarms measure the connections of the tenants, which the stream function looks at every hour. They
// name no tenant: the line "connection" of its log does, and scimstack health.
func healthAlarms() []Alarm {
	alarm := func(id, metric, says string) Alarm {
		return Alarm{ID: id, Says: says + "; scimstack health shows which, and what to do", Namespace: "scimstack", Metric: metric, Statistic: "Maximum", Dimension: "health", Threshold: 1, Minutes: 60, Periods: 1}
	}
	return []Alarm{
		alarm("Failing", "connections_failing", "requests of a tenant's connection are refused or fail"),
		alarm("Silent", "connections_silent", "a tenant's connection sends no requests for longer than it usually does"),
		alarm("Expiring", "connections_expiring", "a tenant's credential ends within 14 days, or has ended"),
	}
}

func upper(name string) string { return string(name[0]-'a'+'A') + name[1:] }
