package chain

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// change is a request that changes a resource, and what it makes of a state.
type change struct {
	method, body string
	apply        func(state) state
	// own: it writes text, a value that no other request has, so that it never leaves the state as it is.
	own   bool
	text  string
	group bool // it is of a group
}

func patch(ops ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}

// changeOfUser is a random change of a user. name is its userName, own a text of its own, mail an address that another client may have added.
func changeOfUser(r *rand.Rand, name, own, mail string) change {
	on := r.IntN(2) == 0
	switch r.IntN(8) {
	case 0:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"title","value":%q}`, own)), func(s state) state { s.title = own; return s }, true, own, false}
	case 1:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"active","value":%t}`, on)), func(s state) state { s.active = on; return s }, false, own, false}
	case 2, 3:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"add","path":"emails","value":[{"value":%q}]}`, own)), func(s state) state { s.mails[own] = ""; return s }, true, own, false}
	case 4:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"remove","path":"emails[value eq \"%s\"]"}`, mail)), func(s state) state { delete(s.mails, mail); return s }, false, own, false}
	case 5:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"emails[value eq \"%s\"].display","value":%q}`, mail, own)), func(s state) state { s.mails[mail] = own; return s }, true, own, false}
	case 6:
		body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"title":%q,"active":%t,"emails":[{"value":%q}]}`, name, own, on, mail)
		return change{"PUT", body, func(s state) state {
			return state{title: own, active: on, mails: map[string]string{mail: ""}, members: s.members}
		}, true, own, false}
	}
	ops := patch(fmt.Sprintf(`{"op":"replace","value":{"title":%q,"active":%t}}`, own, on), fmt.Sprintf(`{"op":"remove","path":"emails[value eq \"%s\"]"}`, mail))
	return change{"PATCH", ops, func(s state) state { s.title, s.active = own, on; delete(s.mails, mail); return s }, true, own, false}
}

// changeOfGroup is a random change of a group with two users.
func changeOfGroup(r *rand.Rand, own, a, b string) change {
	switch r.IntN(7) {
	case 0:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"displayName","value":%q}`, own)), func(s state) state { s.title = own; return s }, true, own, true}
	case 1, 2:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q},{"value":%q}]}`, a, b)), func(s state) state {
			s.members[a], s.members[b] = true, true
			return s
		}, false, own, true}
	case 3:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"remove","path":"members[value eq \"%s\"]"}`, a)), func(s state) state { delete(s.members, a); return s }, false, own, true}
	case 4:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":%q}]}`, a), fmt.Sprintf(`{"op":"remove","path":"members","value":[{"value":%q}]}`, b),
			fmt.Sprintf(`{"op":"replace","path":"displayName","value":%q}`, own)), func(s state) state {
			s.members[a] = true
			delete(s.members, b)
			s.title = own
			return s
		}, true, own, true}
	case 5:
		return change{"PATCH", patch(fmt.Sprintf(`{"op":"replace","path":"members","value":[{"value":%q},{"value":%q}]}`, a, b)), func(s state) state {
			s.members = map[string]bool{a: true, b: true}
			return s
		}, false, own, true}
	}
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q,"members":[{"value":%q}]}`, own, a)
	return change{"PUT", body, func(s state) state { return state{title: own, members: map[string]bool{a: true}, mails: s.mails} }, true, own, true}
}
