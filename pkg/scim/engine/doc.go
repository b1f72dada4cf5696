// Package engine is the standard scim.Provider: the rules of SCIM over any scim.Store, without a
// transport.
//
//	Create   create.go                      canonical document ─► members ─► put ─► commit
//	Replace  replace.go ─┐
//	Patch    patch.go   ─┴► modify.go       read ─► content.go ─► apply ─► membership.go ─► commit once ─► result
//	Delete   delete.go                      read ─► commit ─► reports lose their manager
//	Get      read.go                        read ─► result
//	Search   search.go                      compile.go ─► plan ─┬► paged by the store
//	                                                            └► collect.go ─► sort.go ─► window.go
//	                                        page.go ◄───────────┘      cursor.go
//
//	commit.go      event.go (who joins, who leaves) ─► Before hooks ─► Store.Commit ─► After hooks
//
//	every answer:  view.go (projection) ─► edges: groups.go, members.go ─► prune.go ─► render.go
//
//	Rules          rules.go, draft.go, row.go: the same without a store; rows.go makes a Provider of rows
//
// A read says what it will want (a resource with its groups, a page with groups, resources of many
// types); a store that has the ability decides what it asks at the same time (scim.EdgeReader,
// scim.BatchGetter). A write is read, applied and committed once; a race that was lost is repeated,
// unless the client named a version.
package engine
