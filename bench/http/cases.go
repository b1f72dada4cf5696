package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// call is one request, and the status that its answer must have.
type call struct {
	method, path, body string
	want               int
}

// fits reports whether a status is the one that is wanted. A PATCH may answer with the resource or without
// it, and libraries differ (RFC 7644 §3.5.2).
func (c call) fits(status int) bool {
	return status == c.want || c.method == http.MethodPatch && (status == http.StatusOK || status == http.StatusNoContent)
}

// benchCase is one kind of request.
type benchCase struct {
	name string
	// make makes request n of a client. No two clients send one for the same user.
	make func(s *server, client, n int) call
	// holds checks a body, without white space: that of the answer, and of a PATCH that of a GET after it, too.
	holds func(body []byte) bool
}

const patchHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`

// user is the user that request n of a client is about, and how often the client has been at all of its users.
func (s *server) user(client, n int) (user, turn int) {
	own := (len(s.users) - spare) / s.clients
	return client + s.clients*(n*7919%own), n / own
}

func has(text string) func([]byte) bool {
	return func(body []byte) bool { return bytes.Contains(body, []byte(text)) }
}

var one = regexp.MustCompile(`"totalResults":1[,}]`)

var cases = []benchCase{
	{"GET id", func(s *server, client, n int) call {
		i, _ := s.user(client, n)
		return call{"GET", "/Users/" + s.users[i], "", 200}
	}, has(`"userName":"user0@corp.example"`)},
	{"page of 100", func(*server, int, int) call {
		return call{"GET", "/Users?startIndex=1&count=100", "", 200}
	}, func(body []byte) bool { return bytes.Count(body, []byte(`"userName"`)) == 100 }},
	{"userName eq", func(s *server, client, n int) call {
		i, _ := s.user(client, n)
		return call{"GET", fmt.Sprintf("/Users?filter=userName+eq+%%22USER%d@corp.example%%22", i), "", 200}
	}, func(body []byte) bool { return one.Match(body) && has(`"userName":"user0@corp.example"`)(body) }},
	{"PATCH active", func(s *server, client, n int) call {
		i, turn := s.user(client, n)
		return call{"PATCH", "/Users/" + s.users[i], fmt.Sprintf(patchHead+`{"op":"replace","path":"active","value":%t}]}`, turn%2 == 1), 200}
	}, has(`"active":false`)},
	{"PATCH emails[…]", func(s *server, client, n int) call {
		i, _ := s.user(client, n)
		return call{"PATCH", "/Users/" + s.users[i], fmt.Sprintf(patchHead+`{"op":"replace","path":"emails[type eq \"work\"].value","value":"n%d@corp.example"}]}`, n), 200}
	}, has(`n0@corp.example`)},
	{"±1 of 1,000 members", func(s *server, client, n int) call {
		id := s.users[len(s.users)-spare+client]
		body := patchHead + `{"op":"add","path":"members","value":[{"value":"` + id + `"}]}]}`
		if n%2 == 1 {
			body = patchHead + `{"op":"remove","path":"members[value eq \"` + id + `\"]"}]}`
		}
		return call{"PATCH", "/Groups/" + s.group, body, 204}
	}, has(`"displayName":"All"`)},
	{"create", func(_ *server, client, n int) call {
		return call{"POST", "/Users", userBody(fmt.Sprintf("c%dx", client), n), 201}
	}, has(`"userName":"c0x0@corp.example"`)},
}

// chosen are the cases to measure.
func (o *options) chosen() (list []benchCase) {
	for _, c := range cases {
		for _, name := range strings.Split(o.cases, ",") {
			if strings.HasPrefix(c.name, name) {
				list = append(list, c)
				break
			}
		}
	}
	return list
}

func userBody(name string, i int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"ext-%[1]s%[2]d","userName":"%[1]s%[2]d@corp.example",`+
		`"name":{"givenName":"Given%[2]d","familyName":"Family%[2]d","formatted":"Given%[2]d Family%[2]d"},"displayName":"Given%[2]d Family%[2]d",`+
		`"title":"Engineer","active":true,"emails":[{"value":"%[1]s%[2]d@corp.example","type":"work","primary":true},{"value":"%[1]s%[2]d@home.example","type":"home"}],`+
		`"phoneNumbers":[{"value":"+1-201-%07[2]d","type":"work"}]}`, name, i)
}

// groupBody is a group of the first users.
func groupBody(ids []string) string {
	var b strings.Builder
	b.WriteString(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"All","members":[`)
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"value":"` + id + `"}`)
	}
	b.WriteString(`]}`)
	return b.String()
}

// idOf is the id of a resource.
func idOf(body []byte) (string, error) {
	var v struct{ ID string }
	if err := json.Unmarshal(body, &v); err != nil || v.ID == "" {
		return "", fmt.Errorf("no id in %.200s", body)
	}
	return v.ID, nil
}
