// Package roles makes roles of an application out of groups of a directory, by a file:
//
//	admins:  group "Acme Admins"
//	editors: [group "Writers", group "Acme Admins"]
//
//	feed.Source.Snapshot ─► State ─► roles of each user
//	feed.Fact ─► State.Apply ─► Change: a user has gained or lost roles
//	                │
//	                └ State.Undo: the same backwards, to see what a file would have done
//
// A user has the roles of the groups that it is a direct member of. One that is not active has none, so that roles end
// with access. Follow keeps an application in step.
package roles
