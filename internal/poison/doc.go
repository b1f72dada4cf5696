// Package poison overwrites memory that is given back, so that a later use of it shows: what reads it gets Text instead of
// data of the next request, and under the race detector a reader at the same time is reported, too.
//
//	request ──► answer is written ──► memory goes back ──► poison.Bytes ──► the next request
//
// It is on in programs that are built with the race detector, which make test does, or with the tag "poison":
//
//	go test -tags poison ./pkg/scim/... .
//
// Otherwise On is a constant, and nothing of it is in the program.
package poison

// Text is what memory has that was given back.
const Text = "!RELEASED MEMORY!"

// Bytes overwrites a buffer, to its capacity.
func Bytes(b []byte) {
	if !On {
		return
	}
	b = b[:cap(b)]
	for n := copy(b, Text); n > 0 && n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// Map makes an emptied map one that has Text alone. Take it out with clear before the map is used again.
func Map(m map[string]any) {
	if On {
		clear(m)
		m[Text] = Text
	}
}
