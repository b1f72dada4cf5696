package histories

// groupBody is a group as in a POST or a PUT.
func (r *random) groupBody() string {
	members := []string{`"schemas":["` + coreGroup + `"]`, `"displayName":` + r.groupName()}
	if r.chance(0.7) {
		members = append(members, `"members":`+r.members())
	}
	if r.chance(0.2) {
		members = append(members, `"externalId":`+r.text())
	}
	if r.odd() {
		members = append(members, pick(r, `"foo":1`, `"displayName":"twice"`, `"meta":{}`, `"MEMBERS":[]`, `"members":null`))
	}
	return r.object(members)
}

// members is a list of members. Some are in it twice, and some are unknown.
func (r *random) members() string {
	n := r.IntN(5)
	if r.chance(0.1) {
		n = r.IntN(30)
	}
	return r.array(n, r.member)
}

// member is a user, or a group in one of six.
func (r *random) member() string {
	id := r.user()
	if r.chance(0.15) {
		id = r.group()
	}
	switch {
	case r.odd():
		return pick(r, `"`+id+`"`, `{}`, `{"value":null}`, `{"$ref":"https://x/Users/`+id+`"}`, `{"VALUE":"`+id+`"}`)
	case r.chance(0.1):
		return `{"value":"` + id + `","type":"User"}`
	case r.chance(0.11): // one in ten of all
		return `{"value":"` + id + `","display":` + r.text() + `}`
	}
	return `{"value":"` + id + `"}`
}

// groupOp is an operation of a PATCH of a group.
func (r *random) groupOp() string {
	op := `{"op":"` + pick(r, "add", "add", "remove", "replace", "Add", "Remove") + `","path":"`
	switch {
	case r.chance(0.2):
		return pick(r, `{"op":"replace","path":"displayName","value":`+r.groupName()+`}`, `{"op":"replace","value":{"displayName":`+r.groupName()+`}}`,
			`{"op":"replace","value":{"id":"`+r.group()+`","displayName":`+r.groupName()+`}}`, op+`externalId","value":`+r.text()+`}`,
			`{"op":"replace","value":{"displayName":`+r.groupName()+`,"members":`+r.members()+`}}`)
	case r.chance(0.3):
		return pick(r, `{"op":"remove","path":"members[value eq \"`+r.user()+`\"]"}`, `{"op":"remove","path":"members"}`,
			`{"op":"remove","path":"members[value eq \"`+r.user()+`\" or value eq \"`+r.group()+`\"]"}`, `{"op":"remove","path":"members[type eq \"Group\"]"}`,
			`{"op":"remove","path":"members[not (value eq \"`+r.user()+`\")]"}`, `{"op":"add","path":"members[value eq \"`+r.user()+`\"]","value":{"display":"x"}}`,
			`{"op":"replace","path":"members[value eq \"`+r.user()+`\"].value","value":"`+r.user()+`"}`)
	}
	value := pick(r, r.members(), r.members(), r.member())
	if r.odd() {
		value = r.anything()
	}
	return op + pick(r, "members", "members", "members", "Members", coreGroup+":members") + `","value":` + value + `}`
}
