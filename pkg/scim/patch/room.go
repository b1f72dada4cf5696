package patch

import "github.com/scimstack/scimstack/internal/poison"

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
func (r *Room) Reset() {
	*r = Room{}
	if poison.On {
		r.poison()
	}
}

// poison makes what the lists of a Result have had of r show that it was given back.
func (r *Room) poison() {
	r.state.room.before[0] = before{poison.Text, poison.Text}
	r.state.room.steps[0] = MemberStep{Kind: MembersAdd, Members: []Member{{ID: poison.Text}}}
	r.state.result = Result{Doc: map[string]any{poison.Text: poison.Text}, Notes: []string{poison.Text}}
	r.parsed.steps[0] = step{note: poison.Text}
	r.parsed.notes = []string{poison.Text}
}

// newParsed returns the memory for a request.
func (r *Room) newParsed() *parsed {
	if r == nil {
		return &parsed{}
	}
	if poison.On {
		r.parsed = parsed{}
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
