package schema

import "fmt"

// MaxNotes bounds the notes on one request. A body can give reason for a note with every few bytes,
// and the provisioning log keeps no more.
const MaxNotes = 50

// moreNotes is the last note of a list that is full.
const moreNotes = "further notes were left out"

// Note appends a note, formatted as by fmt.Sprintf. A list that is full stays as it is, and the note
// is not made.
func Note(notes []string, format string, args ...any) []string {
	switch n := len(notes); {
	case n < MaxNotes-1:
		return append(notes, fmt.Sprintf(format, args...))
	case n == MaxNotes-1:
		return append(notes, moreNotes)
	}
	return notes
}

// AppendNotes appends notes as Note does.
func AppendNotes(notes []string, more ...string) []string {
	if len(notes)+len(more) < MaxNotes {
		return append(notes, more...)
	}
	for _, n := range more {
		if len(notes) >= MaxNotes-1 {
			return Note(notes, moreNotes)
		}
		notes = append(notes, n)
	}
	return notes
}
