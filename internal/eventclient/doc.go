// Package eventclient reads the feed of a tenant over HTTP, for the command line.
//
//	base URL of a tenant ──► /events/{tenant}            facts after a number, waiting for them
//	                    └──► /events/{tenant}/snapshot   all that the tenant has
package eventclient
