// Package memory is the in-memory Store: the default of embedded servers, tests and `scimstack dev`.
// It keeps everything in the process and loses it when the process ends.
//
//	Store ── tenant id ──► tenant (one RWMutex)
//	                         ├ types    type → ids in order        List
//	                         ├ entries  type+id → resource, keys   Get
//	                         ├ index    type+attr+value → ids      Lookup, uniqueness
//	                         ├ members  group → members in order   Members, IsMember
//	                         ├ groups   member → groups in order   MemberOf
//	                         └ feed     entries in order           Entries
//
// No operation visits all resources: a lookup by key costs the size of its answer, and a page the
// size of the page plus one step for every 512 skipped entries.
package memory
