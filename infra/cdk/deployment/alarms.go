package deployment

// Alarm is one CloudWatch alarm: $0.10 a month. A period without data is no fault.
type Alarm struct {
	ID        string
	Says      string // what it means and where to look
	Namespace string
	Metric    string
	Statistic string
	// Dimension is what the metric is of: "api", "table", "queue", or the name of a function.
	Dimension string
	Threshold float64 // at or above it
	Minutes   int     // length of a period
	Periods   int
}

// AlarmsOf lists the alarms of a deployment, none when they are switched off.
func AlarmsOf(c Customer) []Alarm {
	if !c.Alarms.Enabled {
		return nil
	}
	errors5xx := "5xx"
	if c.Gateway == REST {
		errors5xx = "5XXError"
	}
	list := []Alarm{
		{"ServerErrors", "answers of 5xx: look for level ERROR in the functions' logs", "AWS/ApiGateway", errors5xx, "Sum", "api", 5, 5, 1},
		{"Latency", "99 of 100 requests should be done within 5 s", "AWS/ApiGateway", "Latency", "p99", "api", 5_000, 5, 3},
		{"ReadsThrottled", "the table refuses reads: a cost fuse, or one very busy tenant", "AWS/DynamoDB", "ReadThrottleEvents", "Sum", "table", 10, 5, 2},
		{"WritesThrottled", "the table refuses writes: a cost fuse, or one very busy tenant", "AWS/DynamoDB", "WriteThrottleEvents", "Sum", "table", 10, 5, 2},
		{"StreamAge", "the stream function lags: totals are stale, leftovers wait", "AWS/Lambda", "IteratorAge", "Maximum", "stream", 15 * 60_000, 5, 2},
		{"DeadLetters", "records of the stream were given up: see the queue within 24 hours", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", "queue", 1, 5, 1},
	}
	for _, f := range c.Deployed() {
		title := upper(f.Name)
		list = append(list,
			Alarm{title + "Errors", "the function " + f.Name + " crashed or ran out of time", "AWS/Lambda", "Errors", "Sum", f.Name, 1, 5, 1},
			Alarm{title + "Throttles", "the function " + f.Name + " has no free environment: raise reservedConcurrency", "AWS/Lambda", "Throttles", "Sum", f.Name, 1, 5, 2})
	}
	return list
}

func upper(name string) string { return string(name[0]-'a'+'A') + name[1:] }
