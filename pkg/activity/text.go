package activity

import (
	"fmt"
	"strings"
	"time"
)

// Line shows a record on one line, for a list.
func Line(e *Explained) string {
	who := e.Resource
	if who == "" {
		who = e.Holder
	}
	what := e.Explanation.Title
	if len(e.Notes) > 0 {
		what += fmt.Sprintf(" (%d notes)", len(e.Notes))
	}
	line := fmt.Sprintf("%s  %s  %3d  %-8s %-36s  %s  ", e.ID, e.Time.Format("2006-01-02 15:04:05"), e.Status, orDash(e.Operation), orDash(who), what)
	return strings.TrimRight(line, " ")
}

func orDash(s string) string { return or(s, "-") }

// Text shows a record with its explanation.
func Text(e *Explained) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, value)
		}
	}
	x := e.Explanation
	fmt.Fprintf(&b, "%s\n\n", x.Title)
	line("Meant", x.Meant)
	line("Done", x.Did)
	line("To do", x.Todo)
	line("Special", x.IdP)
	line("Rule", x.RFC)
	b.WriteString("\n")
	line("Time", e.Time.Format(time.RFC3339Nano))
	status := fmt.Sprint(e.Status, " ", e.ScimType)
	line("Answer", strings.TrimSpace(status)+"  "+e.Duration.Round(time.Microsecond).String())
	line("Cause", e.Code)
	line("Request", strings.TrimSpace(e.Method+" "+e.Operation+" "+e.Type))
	line("Resource", e.Resource)
	line("Attribute", e.Attribute)
	line("Holder", e.Holder)
	line("Changed", strings.Join(e.Changed, ", "))
	line("Added", strings.Join(e.Added, ", "))
	line("Removed", strings.Join(e.Removed, ", "))
	line("Along", strings.Join(e.Also, ", "))
	for _, n := range e.Notes {
		line("Note", n)
	}
	for _, name := range e.Changed {
		if v, ok := e.Values[name]; ok {
			line("Value", fmt.Sprintf("%s = %v", name, v))
		}
	}
	line("IdP", e.IdP)
	line("Key", e.Key)
	line("Record", e.ID)
	line("Request id", e.RequestID)
	return b.String()
}
