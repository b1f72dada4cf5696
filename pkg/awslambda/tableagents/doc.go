// Package tableagents is package agents for Lambda functions: it keeps the plans of agents in the table of
// the service.
//
//	plan_change ──► one execution environment ──► plan in the table ──► apply_plan in another one
package tableagents
