package chain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// state is what the clients change of a user or a group.
type state struct {
	title   string            // of a group, its displayName
	active  bool              // of a user
	mails   map[string]string // of a user: value → display
	members map[string]bool   // of a group
}

func (s state) clone() state {
	s.mails, s.members = maps.Clone(s.mails), maps.Clone(s.members)
	if s.mails == nil {
		s.mails = map[string]string{}
	}
	if s.members == nil {
		s.members = map[string]bool{}
	}
	return s
}

// has reports whether a text is in it.
func (s state) has(text string) bool {
	_, mail := s.mails[text]
	return s.title == text || mail || slices.Contains(slices.Collect(maps.Values(s.mails)), text)
}

// String has equal texts for equal states.
func (s state) String() string {
	mails := make([]string, 0, len(s.mails))
	for value, display := range s.mails {
		mails = append(mails, value+"="+display)
	}
	slices.Sort(mails)
	return fmt.Sprintf("title %q, active %t, mails %v, members %v", s.title, s.active, mails, slices.Sorted(maps.Keys(s.members)))
}

// document is a resource as an answer or the feed has it.
type document struct {
	ID          string
	Title       string
	DisplayName string
	Active      *bool
	Emails      []struct{ Value, Display string }
	Members     []struct{ Value string }
	Meta        struct{ ResourceType, Version string }
}

// whole reports whether nothing is left out: a group without members says so.
func (d *document) whole() bool { return d.Meta.ResourceType != "Group" || d.Members != nil }

func (d *document) state() state {
	s := state{title: d.Title, mails: map[string]string{}, members: map[string]bool{}}
	if d.Meta.ResourceType == "Group" {
		s.title = d.DisplayName
	} else {
		s.active = d.Active == nil || *d.Active
	}
	for _, m := range d.Emails {
		s.mails[m.Value] = m.Display
	}
	for _, m := range d.Members {
		s.members[m.Value] = true
	}
	return s
}

// read decodes a document, and reports whether it is one.
func read(body []byte) (*document, bool) {
	var d document
	if json.Unmarshal(body, &d) != nil || d.ID == "" {
		return nil, false
	}
	return &d, true
}

// version reads an entity-tag; 0 stands for none.
func version(tag string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(tag, `W/"`), `"`), 10, 64)
	return n
}

func tag(version int64) string { return fmt.Sprintf(`W/"%d"`, version) }
