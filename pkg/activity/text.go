package activity

import (
	"fmt"
	"strings"
	"time"
)

// Line renders a record on one line, for a list: what happened first, and the id of the record last.
func Line(e *Explained) string {
	subject := or(e.Name, or(e.Resource, e.Holder))
	what := e.Explanation.Title
	if len(e.Notes) > 0 {
		what += " (" + plural(len(e.Notes), "note") + ")"
	}
	if e.Count > 1 {
		what += fmt.Sprintf(" (%d requests)", e.Count)
	}
	return fmt.Sprintf("%-11s  %s  %3d  %-8s %-36s  %s  %s", e.verb(), e.Time.Format("2006-01-02 15:04:05"), e.Status, orDash(e.Operation), orDash(subject), what, e.ID)
}

// verb is the verb that is shown, also of a record that was read without one.
func (e *Explained) verb() string { return or(e.Verb, verbs(e.VerbsFor(""))) }

func orDash(s string) string { return or(s, "-") }

// Text renders a record with its explanation on several lines. The lines with a value depend on
// the record; the form is for people and may change.
func Text(e *Explained) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, value)
		}
	}
	x := e.Explanation
	fmt.Fprintf(&b, "%s\n\n", x.Title)
	if !e.Failed() {
		line("Verb", e.verb())
	}
	line("Intent", x.Meant)
	line("Outcome", x.Did)
	line("To do", x.Todo)
	line("Hint", x.IdP)
	line("Reference", x.RFC)
	b.WriteString("\n")
	line("Time", e.Time.Format(time.RFC3339Nano))
	status := fmt.Sprint(e.Status, " ", e.ScimType)
	line("Answer", strings.TrimSpace(status)+"  "+e.Duration.Round(time.Microsecond).String())
	line("Code", e.Code)
	line("Request", strings.TrimSpace(e.Method+" "+e.Operation+" "+e.Type))
	if e.Count > 1 {
		line("Requests", fmt.Sprint(e.Count, ", of which this is the last"))
	}
	line("Resource", e.Resource)
	line("Name", e.Name)
	line("Attribute", e.Attribute)
	line("Holder", e.Holder)
	line("Changed", strings.Join(e.Changed, ", "))
	line("Added", e.moved(e.Added, e.MembersAdded))
	line("Removed", e.moved(e.Removed, e.MembersRemoved))
	line("Also", strings.Join(e.Also, ", "))
	if e.Plan != "" {
		line("Plan", e.Plan+"; "+plural(e.Read, "resource")+" read")
	}
	for _, n := range e.Notes {
		line("Note", n)
	}
	for _, name := range e.Changed {
		if v, ok := e.Values[name]; ok {
			line("Value", fmt.Sprintf("%s = %v", name, v))
		}
		if v, ok := e.Before[name]; ok {
			line("Before", fmt.Sprintf("%s = %v", name, v))
		}
	}
	line("IdP", e.IdP)
	line("Key", e.Key)
	line("Actor", e.Actor)
	line("Record", e.ID)
	line("Request id", e.RequestID)
	return b.String()
}

// moved names members that joined or left, and says how many the record does not name.
func (e *Explained) moved(ids []string, all int) string {
	var out []string
	for _, id := range ids {
		if name := e.Names[id]; name != "" {
			id += " (" + name + ")"
		}
		out = append(out, id)
	}
	if more := all - len(ids); more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, ", ")
}
