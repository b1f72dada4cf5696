// Package memory is the in-memory Store: the default of embedded servers, tests and `scimstack dev`.
// It keeps everything in the process and loses it when the process ends.
//
//	Store ── tenant id ──► tenant (one RWMutex)
//	                         ├ kinds    by name of the resource type
//	                         │   ├ states  number → resource and keys, in bytes
//	                         │   ├ index   id, or attribute and value → numbers   Get, Lookup, uniqueness
//	                         │   ├ order   numbers in order of ids                List
//	                         │   └ sorted  keys in order of values                Range
//	                         ├ members  group → members in order   Members, IsMember
//	                         ├ groups   member → groups in order   MemberOf
//	                         └ feed     entries in order, in bytes Entries
//
// No operation visits all resources: a lookup by key costs the size of its answer, and a page the
// size of the page plus one step for every 512 skipped entries. No table grows at once: a change moves a few kilobytes.
//
// A resource is one piece of memory without pointers, see state. A user takes 190 bytes beside its document, and the
// garbage collector marks one object. A *scim.Resource is made when it is read.
package memory
