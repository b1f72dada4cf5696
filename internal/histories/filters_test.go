package histories

import (
	"net/url"
	"strconv"
	"strings"
)

// filter is a filter of users or groups. depth bounds its nesting.
func (r *random) filter(depth int) string {
	if depth > 0 && r.chance(0.35) {
		return r.combined(func() string { return r.filter(depth - 1) })
	}
	switch {
	case r.chance(0.35): // those with an index are among them
		a := pick(r, attribute{name: "userName", kind: userName}, attribute{name: "externalId"}, attribute{name: "displayName"}, attribute{name: "emails.value", kind: mail},
			attribute{name: "emails", kind: mail}, attribute{name: enterprise + ":manager.value", kind: reference}, attribute{name: "title"})
		return r.comparison(r.cased(a.name), a)
	case r.chance(0.15):
		return pick(r, `id eq "`+r.user()+`"`, `meta.lastModified gt "{{at `+strconv.Itoa(1+r.IntN(40))+`}}"`, `meta.created lt "{{at `+strconv.Itoa(1+r.IntN(10))+`}}"`, `meta.created le "2041-05-13T04:42:34Z"`, `groups.value eq "`+r.group()+`"`,
			`groups eq "`+r.group()+`"`, `members.value eq "`+r.user()+`"`, `members eq "`+r.user()+`"`, `schemas eq "`+enterprise+`"`, `active eq true`, `active eq "true"`, `active ne false`,
			`displayName sw "G"`, `displayName eq `+r.groupName(), `foo eq "x"`, `groups[display sw "G"]`, "groups pr", "members pr")
	}
	a := r.attribute()
	name := r.qualified(a)
	switch {
	case a.kind == multiValued && r.chance(0.2): // of the elements that a filter selects
		s := pick(r, a.sub...)
		return r.comparison(name+"["+r.subFilter(a.sub, 1)+"]."+s.name, s)
	case a.kind == multiValued && r.chance(0.5):
		return name + "[" + r.subFilter(a.sub, 2) + "]"
	case a.sub != nil:
		s := pick(r, a.sub...)
		return r.comparison(name+"."+s.name, s)
	}
	return r.comparison(name, a)
}

// subFilter is the filter of a value path.
func (r *random) subFilter(sub []attribute, depth int) string {
	if depth > 0 && r.chance(0.25) {
		return r.combined(func() string { return r.subFilter(sub, depth-1) })
	}
	s := pick(r, sub...)
	if r.chance(0.7) {
		return s.name + " eq " + r.literal(s)
	}
	return r.comparison(r.cased(s.name), s)
}

func (r *random) combined(part func() string) string {
	switch r.IntN(4) {
	case 0:
		return part() + " or " + part()
	case 1:
		return pick(r, "not (", "(", "not(") + part() + ")"
	}
	return part() + pick(r, " and ", " AND ") + part()
}

func (r *random) comparison(name string, a attribute) string {
	op := pick(r, "eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "EQ", "Sw")
	if op == "pr" {
		return name + " pr"
	}
	return name + " " + op + " " + r.literal(a)
}

// literal is what a filter may compare a value of the attribute with.
func (r *random) literal(a attribute) string {
	if v := r.value(a); v[0] != '[' && v[0] != '{' {
		return v
	}
	return `"a"`
}

// search is the path of a list of users, of groups or of both.
func (r *random) search() string {
	q := url.Values{}
	if r.chance(0.75) {
		q.Set("filter", r.filter(2))
	}
	if r.chance(0.3) {
		a := r.attribute()
		name := r.qualified(a)
		if a.sub != nil {
			name += "." + pick(r, a.sub...).name
		}
		q.Set("sortBy", pick(r, name, name, "userName", "title", "meta.lastModified", "id", "displayName"))
		if r.chance(0.5) {
			q.Set("sortOrder", pick(r, "descending", "ascending", "x"))
		}
	}
	if r.chance(0.4) {
		q.Set("count", pick(r, "0", "1", "2", "3", "10", "-1", "x", "1000"))
	}
	switch {
	case r.chance(0.25):
		q.Set("startIndex", pick(r, "1", "2", "3", "5", "0", "-1", "999"))
	case r.chance(0.15): // the cursor is of another search in most cases, which must be refused
		return pick(r, "Users?count=2&cursor=", "Users?count=2&cursor={{cursor}}", "Groups?count=1&cursor={{cursor}}", "Users?count=3&sortBy=userName&cursor=", "Users?count=3&sortBy=userName&cursor={{cursor}}")
	}
	return pick(r, "Users", "Users", "Groups", "") + "?" + strings.ReplaceAll(strings.ReplaceAll(q.Encode(), "%7B%7B", "{{"), "%7D%7D", "}}") + r.projection("&")
}

// projection is a parameter attributes or excludedAttributes, now and then (RFC 7644 §3.9).
func (r *random) projection(separator string) string {
	if !r.chance(0.15) {
		return ""
	}
	var names []string
	for range 1 + r.IntN(3) {
		a := r.attribute()
		name := r.qualified(a)
		if a.sub != nil && r.chance(0.4) {
			name += "." + pick(r, a.sub...).name
		}
		names = append(names, name)
	}
	if r.chance(0.3) {
		names = append(names, pick(r, "groups", "meta", "members", "id", "schemas", "meta.version", "groups.display", "displayName", enterprise))
	}
	return separator + pick(r, "attributes", "excludedAttributes") + "=" + url.QueryEscape(strings.Join(names, ","))
}
