// Package record writes requests and their responses as scenarios in the format of
// testdata/idp-corpus/README.md, so that real traffic can be replayed.
//
//	request ──► Recorder.Wrap ──► service ──► response
//	                │
//	            redactor.go   ids become placeholders
//	            words.go      what may be kept: words of the protocol and of the tenant's schemas
//	            pseudonym.go  everything else is replaced, equal values by equal pseudonyms
//	            target.go, headers.go, body.go, phrase.go   where words and values are in a request
//	            learn.go      ids and results of bulk operations in a response
//	                │
//	            Write ──► one scenario per tenant, with all its requests in order
//
// A recording is an allow-list: attribute names, operators and media types are kept because they are
// listed. A value, a name that no schema has, a token or a password never is, wherever it was sent.
package record
