// Package replay sends recorded traffic of identity providers to a server and checks the
// answers. The format is described in testdata/idp-corpus/README.md.
//
//	corpus file ── Load ──► []Scenario ── Run(target, scenario) ──► nil, or what differs
//	                                         │ setup steps, then request, then "then" steps
//	                                         └ placeholders {{name.id}}, {{uuid}}, {{token}}
package replay
