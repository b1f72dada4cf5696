// Package deployment says what one customer's deployment consists of, as plain data: it knows
// no AWS library, so that the CDK app, the cost estimate and the tests share it cheaply.
//
//	customers/<name>.json ── Read ──► Customer ──┬─► stack   (CDK constructs)
//	     │ unknown key: named, with the nearest   └─► cost    (monthly estimate)
//	     └ bad value: explained
//	functions.go   the one list of Lambda functions, their routes and their size
//	alarms.go      the one list of alarms
package deployment
