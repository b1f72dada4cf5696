package activity

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// MaxRecord is the size limit of a record, in bytes of its JSON. It keeps a record far below the
// limit of every storage (400 KB for an item of DynamoDB), so that no request can make a record that
// cannot be stored.
const MaxRecord = 64 << 10

// Parts of MaxRecord, in bytes of JSON. Values get what the other parts leave.
const (
	maxFrame = 2 << 10 // names of the fields, time and numbers
	maxText  = 512     // each text
	maxList  = 8 << 10 // each list of texts
	maxNotes = 50      // notes: each unknown member of a group adds one
	maxID    = 64      // the id, which storages use in keys
)

// mark ends a text that was shortened.
const mark = "…"

// Bounded returns the record with its JSON limited to MaxRecord: texts and values that are too long
// are shortened and end with "…", and lists end early. A record within the limits is returned as it
// is. Every Log keeps records in this form. The lists and values of r do not change.
func (r Record) Bounded() Record {
	r.bound()
	return r
}

// bound is Bounded in place. Most texts are so short that they need not be measured.
func (r *Record) bound() {
	if len(r.ID) > maxID {
		r.ID = NewID(r.Time)
	}
	r.Time = representable(r.Time)
	for _, text := range r.texts() {
		if 6*len(*text)+2 > maxText {
			*text = shortened(*text, maxText)
		}
	}
	r.Notes = few(r.Notes)
	for _, list := range r.lists() {
		if !fits(*list) {
			*list = listBounded(*list)
		}
	}
	r.Verbs, r.Known = fewShort(r.Verbs), fewShort(r.Known)
	var used int
	r.Names, used = namesBounded(r.Names)
	if len(r.Before)+len(r.Values) == 0 {
		return
	}
	used += r.size()
	if len(r.Before) > 0 {
		var size int
		r.Before, size = objectBounded(r.Before, (MaxRecord-used)/2, 0)
		used += size
	}
	if len(r.Values) > 0 {
		r.Values, _ = objectBounded(r.Values, MaxRecord-used, 0)
	}
}

// size returns the largest length of the JSON of a record whose texts and lists are bounded, without names and values.
func (r *Record) size() int {
	size := maxFrame + 2*maxFew*(maxShort+3)
	for _, text := range r.texts() {
		size += encoded(*text)
	}
	for _, list := range r.lists() {
		size += 2
		for _, text := range *list {
			size += encoded(text) + 1
		}
	}
	return size
}

// few returns the first notes, and how many there were. One more than maxNotes is such a list.
func few(notes []string) []string {
	if more := len(notes) - maxNotes; more > 1 {
		return append(notes[:maxNotes:maxNotes], fmt.Sprintf("and %d more notes", more))
	}
	return notes
}

// maxFew and maxShort limit lists that a commit makes: of verbs, and of what stands for names.
const (
	maxFew   = 8
	maxShort = 64
)

// fewShort returns the first elements of a list, each within maxShort.
func fewShort(list []string) []string {
	for i, text := range list {
		if i == maxFew || len(text) > maxShort {
			out := make([]string, 0, maxFew)
			for _, text := range list[:min(len(list), maxFew)] {
				out = append(out, shortened(text, maxShort))
			}
			return out
		}
	}
	return list
}

// texts returns the fields that are texts, except the id.
func (r *Record) texts() [16]*string {
	return [...]*string{
		&r.IdP, &r.Entry, &r.RequestID, &r.Key, &r.Method, &r.Operation, &r.Type, &r.Resource,
		&r.ScimType, &r.Code, &r.Attribute, &r.ErrorID, &r.Holder, &r.Name, &r.Actor, &r.Plan,
	}
}

// lists returns the fields that are lists of texts.
func (r *Record) lists() [5]*[]string {
	return [...]*[]string{&r.Changed, &r.Added, &r.Removed, &r.Also, &r.Notes}
}

// representable returns a time that has a form in JSON: its year has four digits.
func representable(at time.Time) time.Time {
	if seconds := at.Unix(); seconds > 0 && seconds < 1<<37 { // until the year 6325, wherever
		return at
	}
	if year := at.Year(); year < 0 || year > 9999 {
		return time.Time{}
	}
	return at
}

// listBounded shortens each element and ends the list before maxList.
func listBounded(list []string) []string {
	changed := false
	end, size := len(list), 2
	for i, text := range list {
		short := shortened(text, maxText)
		if size += encoded(short) + 1; size > maxList {
			end = i
			break
		}
		changed = changed || len(short) != len(text)
	}
	list = list[:end:end]
	if !changed {
		return list
	}
	bounded := make([]string, end)
	for i, text := range list {
		bounded[i] = shortened(text, maxText)
	}
	return bounded
}

// fits reports whether a list is bounded whatever its characters are: none takes more than six bytes in JSON.
func fits(list []string) bool {
	size := 2
	for _, text := range list {
		if 6*len(text)+2 > maxText {
			return false
		}
		size += 6*len(text) + 3
	}
	return size <= maxList
}

// namesBounded shortens each name and ends the list before maxList. It also returns the size.
func namesBounded(names map[string]string) (bounded map[string]string, size int) {
	if len(names) == 0 {
		return nil, 0
	}
	bounded = make(map[string]string, min(len(names), 2*MaxMembers))
	for _, id := range slices.Sorted(maps.Keys(names)) {
		key, name := shortened(id, maxText), shortened(names[id], maxText)
		if size += encoded(key) + encoded(name) + 2; size > maxList {
			return bounded, maxList
		}
		bounded[key] = name
	}
	return bounded, size
}
