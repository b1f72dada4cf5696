// Package mirror is an application that keeps a table of the users and groups of a directory by the feed, and
// that is killed again and again. Every kind of service plays it: the stores in process, and the real functions.
//
//	identity providers (internal/demo), with all faults of the network ──► service ──► store
//	                                                                                   │ feed
//	table, which outlives ◄── feed.Consumer, one life after another ◄──────────────────┘
//	  │
//	  └── afterwards: equal to the directory
package mirror
