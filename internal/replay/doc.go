// Package replay sends recorded requests of identity providers to a server and checks the
// responses. testdata/idp-corpus/README.md describes the format.
//
//	corpus file ── Load ──► []Scenario ── Run(target, scenario) ──► nil, or the first difference
//	                                         │ setup steps, then request, then "then" steps
//	                                         └ placeholders {{name.id}}, {{uuid}}, {{token}}, {{basic}}
package replay
