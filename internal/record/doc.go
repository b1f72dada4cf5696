// Package record writes requests and their responses as scenarios in the format of
// testdata/idp-corpus/README.md, so that real traffic can be replayed.
//
//	request ──► Recorder.Wrap ──► service ──► response
//	                │
//	            redact.go   values become stable pseudonyms, ids placeholders
//	                │
//	            Write ──► one scenario per tenant, with all its requests in order
//
// Attribute names, paths, operators and booleans are kept: they are the purpose of a recording.
// Values, directory ids, tokens and passwords are never written.
package record
