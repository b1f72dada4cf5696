// Package deployment describes one customer's deployment as plain data. It imports no AWS
// library, so the CDK app, the cost estimate and the tests can all use it without the CDK's
// start-up time.
//
//	customers/<name>.json ── Read ──► Customer ──┬─► stack   (CDK constructs)
//	     │ unknown key: the error suggests a key  └─► cost    (monthly estimate)
//	     └ invalid value: the error explains it
//
//	functions.go   the list of Lambda functions with their routes, sizes and rights
//	alarms.go      the list of alarms
package deployment
