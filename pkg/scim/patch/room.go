package patch

// Room is memory for one request after the other: what Parse and Apply return is in it. Apply replaces the Result of
// the Apply before. A caller calls Reset before the next Parse, when nothing refers to the Request and its Result any
// more; Doc and Notes of the Result are not in it. The zero value is ready. It must not be copied, and is not safe for
// concurrent use.
type Room struct {
	parsed parsed
	state  state
}

// parsed is a request with memory for one operation of one step, which is the usual one: one allocation instead of
// three.
type parsed struct {
	Request
	ops   [1]operation
	steps [1]step
}

// Reset forgets the request.
func (r *Room) Reset() { *r = Room{} }

// newParsed returns the memory for a request.
func (r *Room) newParsed() *parsed {
	if r == nil {
		return &parsed{}
	}
	return &r.parsed
}

// newState returns the memory in which a request is applied.
func (r *Room) newState() *state {
	if r == nil {
		return &state{}
	}
	return &r.state
}
