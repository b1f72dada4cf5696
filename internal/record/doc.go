// Package record writes what clients send, and what the service answers, as scenarios in the
// format of testdata/idp-corpus/README.md, so that real traffic can be played again.
//
//	request ──► Recorder.Wrap ──► service ──► answer
//	                │
//	            redact.go   every value becomes a stable pseudonym; ids become placeholders
//	                │
//	            Write ──► one scenario per tenant: all requests in their order
//
// Names of attributes, paths, operators and booleans stay: they are what a recording is for.
// Values, ids of directories, tokens and passwords do not reach the file.
package record
