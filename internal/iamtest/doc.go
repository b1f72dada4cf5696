// Package iamtest evaluates the policies of a synthesised template as IAM does, for the requests that
// the store sends.
//
//	template ── Load ──► Template ── Gate ──► STS: AssumeRole, by trust and by the caller's policy
//	                                    └───► DynamoDB: each access of a request against the statements
//	                                          of the credentials that signed it; the rest is the engine's
//
// It knows what our policies use: actions by name, resources with wildcards, the operators StringLike,
// StringEquals, StringNotEquals and Null, their ForAllValues and ForAnyValue forms, and session tags. A statement with
// anything else is an error, not a guess. Signatures are not checked.
package iamtest
