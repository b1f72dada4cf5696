// Package memory is the in-memory Store: the default of an embedded server, of tests and of
// `scimstack dev`. It keeps everything in the process and loses it at exit.
//
//	Store ── tenant id ──► tenant (one RWMutex)
//	                         ├ types    type → ids in order        List
//	                         ├ entries  type+id → resource, keys   Get
//	                         ├ index    type+attr+value → ids      Lookup, uniqueness
//	                         ├ members  group → members in order   Members, IsMember
//	                         └ groups   member → groups in order   MemberOf
//
// Nothing walks all resources: an indexed look-up costs the size of its answer, a page the
// size of the page plus one step per 512 skipped entries.
package memory
