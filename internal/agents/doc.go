// Package agents connects agents on one transport to a service on another one.
//
//	client ◄── stdio ──► Bridge ◄── HTTP ──► /mcp of a service
//
// Its tests use the agents of every program: dev, the bridge, the table, and the Lambda function.
package agents
