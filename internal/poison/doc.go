// Package poison overwrites memory that is given back, so that a later use of it shows: what reads it gets Text instead of
// data of the next request, and under the race detector a reader at the same time is reported, too.
//
//	request ──► answer is written ──► memory goes back ──► poison.Bytes ──► the next request
//
// It is on in programs that are built with the race detector, which make test does, or with the tag "poison":
//
//	go test -tags poison ./pkg/scim/... .
//
// Otherwise On is a constant, and nothing of it is in the program. What is lent, by whom, and until when:
//
//	engine/leaf.go, shelf.go    the body of an answer, a page       until Result.Release, Found.Release
//	engine/patch.go             parts of a PATCH                    until Provider.Patch returns
//	schema/lender.go            maps of a document                  until Stored.Reset: that of the PATCH
//	patch/room.go               a request and its Result            until Room.Reset: that of the PATCH
//	engine/document.go          a document that is made             until it is copied
//	httpapi/body.go             the bytes of a body                 until it is decoded
//	memory/feed.go              entries in blocks                   until they expire; a reader gets a copy
//	activity/memory_shelf.go    records in chunks                   until they are forgotten; a reader gets a copy
//	requestlog/batch.go         lines of the log                    until they are written
//
// A resource, a change, its keys and members, an event, a record and an error are never lent. What is not released, the
// garbage collector has.
package poison
