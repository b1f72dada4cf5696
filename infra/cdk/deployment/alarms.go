package deployment

// Alarm is one CloudWatch alarm. It costs $0.10 per month. A period without data does not
// raise it.
type Alarm struct {
	ID        string
	Says      string // description for the operator: what it means and where to look
	Namespace string
	Metric    string
	Statistic string
	// Dimension selects the resource that is measured: "api", "table", "queue", or the name of
	// a function.
	Dimension string
	Threshold float64 // the alarm is raised at or above it
	Minutes   int     // length of a period
	Periods   int     // consecutive periods at or above Threshold
}

// AlarmsOf lists the alarms of a deployment. It returns nil if the customer file switches them
// off.
func AlarmsOf(c Customer) []Alarm {
	if !c.Alarms.Enabled {
		return nil
	}
	errors5xx := "5xx"
	if c.Gateway == REST {
		errors5xx = "5XXError"
	}
	list := []Alarm{
		{"ServerErrors", "the API answers 5xx: look for level ERROR in the logs of the functions", "AWS/ApiGateway", errors5xx, "Sum", "api", 5, 5, 1},
		{"Latency", "more than 1 in 100 requests takes longer than 5 s", "AWS/ApiGateway", "Latency", "p99", "api", 5_000, 5, 3},
		{"ReadsThrottled", "DynamoDB throttles reads: maxReadUnits is reached, or one tenant is very busy", "AWS/DynamoDB", "ReadThrottleEvents", "Sum", "table", 10, 5, 2},
		{"WritesThrottled", "DynamoDB throttles writes: maxWriteUnits is reached, or one tenant is very busy", "AWS/DynamoDB", "WriteThrottleEvents", "Sum", "table", 10, 5, 2},
		{"StreamAge", "the stream function lags: totals are stale, and leftovers of interrupted writes are not yet removed", "AWS/Lambda", "IteratorAge", "Maximum", "stream", 15 * 60_000, 5, 2},
		{"DeadLetters", "stream records could not be processed: inspect the dead-letter queue within 24 hours, before the stream drops them", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", "queue", 1, 5, 1},
	}
	for _, f := range c.Deployed() {
		title := upper(f.Name)
		list = append(list,
			Alarm{title + "Errors", "the function " + f.Name + " crashed or timed out", "AWS/Lambda", "Errors", "Sum", f.Name, 1, 5, 1},
			Alarm{title + "Throttles", "the function " + f.Name + " is throttled by Lambda: raise reservedConcurrency or the account's concurrency limit", "AWS/Lambda", "Throttles", "Sum", f.Name, 1, 5, 2})
	}
	return list
}

func upper(name string) string { return string(name[0]-'a'+'A') + name[1:] }
