package model_test

import (
	"fmt"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// invalid are values that no rule accepts, by attribute; the reason is part of the note or the fault.
var invalid = map[string]string{
	`"emails":[{"value":"not-an-email"}]`:          "has no @",
	`"phoneNumbers":[{"value":"call me maybe"}]`:   "RFC 3966",
	`"addresses":[{"country":"Atlantis"}]`:         "two letters",
	`"locale":"german"`:                            "BCP 47",
	`"timezone":"Europe/Atlantis"`:                 "IANA",
	`"x509Certificates":[{"value":"AAAA"}]`:        "DER",
	`"` + urnBadge + `":{"number":"C-1"}`:          "B- and digits",
	`"` + urnBadge + `":{"old":["B-1","C-1"]}`:     "B- and digits",
	`"` + urnBadge + `":{"floor":13}`:              "odd",
	`"` + urnBadge + `":{"desks":[{"value":"x"}]}`: "B- and digits",
}

// name is the attribute of a member of invalid.
func name(attr string) string {
	switch {
	case strings.Contains(attr, urnBadge):
		for _, n := range []string{"number", "old", "floor"} {
			if strings.Contains(attr, `"`+n+`"`) {
				return urnBadge + ":" + n
			}
		}
		return urnBadge + ":desks.value"
	case strings.Contains(attr, "country"):
		return "addresses.country"
	}
	n, _, _ := strings.Cut(attr[1:], `"`)
	if strings.Contains(attr, `"value"`) {
		return n + ".value"
	}
	return n
}

// writes sends an attribute by POST, PUT and every form of PATCH, and reports each answer.
func (s *service) writes(attr string, answer func(what string, res *scim.Result, err error)) {
	s.Helper()
	n := 0
	fresh := func() string {
		n++
		res, err := s.post(fmt.Sprintf(`"userName":"u%d"`, n))
		if err != nil {
			s.Fatal(err)
		}
		return res.ID
	}
	res, err := s.post(`"userName":"posted",` + attr)
	answer("POST", res, err)
	if err == nil {
		if err := s.Delete(s.Context(), s.at.Of(res.ID), scim.Match{}); err != nil {
			s.Fatal(err)
		}
	}
	id := fresh()
	undo := func() {
		if err := s.Delete(s.Context(), s.at.Of(id), scim.Match{}); err != nil {
			s.Fatal(err)
		}
		id = fresh()
	}
	res, err = s.put(id, `"userName":"u",`+attr)
	answer("PUT", res, err)
	undo()
	key, value, _ := strings.Cut(attr, `":`)
	path := key[1:]
	if strings.Contains(attr, urnBadge) {
		sub, v, _ := strings.Cut(strings.TrimPrefix(value, `{"`), `":`)
		path, value = path+":"+sub, strings.TrimSuffix(v, "}")
	}
	for _, op := range []string{"add", "replace"} {
		res, err = s.patch(id, `{"op":"`+op+`","path":"`+path+`","value":`+value+`}`)
		answer("PATCH "+op, res, err)
		undo()
		if !s.at.Tenant.Strict {
			res, err = s.patch(id, `{"op":"`+op+`","value":{`+attr+`}}`)
			answer("PATCH "+op+" without a path", res, err)
			undo()
		}
	}
	if strings.Contains(value, `[{"value"`) {
		v := strings.TrimSuffix(strings.TrimPrefix(value, `[{"value":`), `}]`)
		_, err = s.patch(id, `{"op":"add","path":"`+path+`","value":[{"type":"work","value":`+s.valid(path)+`}]}`)
		if err != nil {
			s.Fatal(err)
		}
		res, err = s.patch(id, `{"op":"replace","path":"`+path+`[type eq \"work\"].value","value":`+v+`}`)
		answer("PATCH of an element", res, err)
		res, err = s.patch(id, `{"op":"replace","path":"`+path+`[type eq \"work\"]","value":{"value":`+v+`}}`)
		answer("PATCH with an element", res, err)
		undo()
		res, err = s.patch(id, `{"op":"add","path":"`+path+`[value eq `+strings.ReplaceAll(v, `"`, `\"`)+`].type","value":"work"}`)
		answer("PATCH with a value in the path", res, err)
		undo()
	}
}

// valid is a value for an attribute with elements.
func (s *service) valid(path string) string {
	switch {
	case strings.HasPrefix(path, "emails"):
		return `"ann@example.com"`
	case strings.HasPrefix(path, "phone"):
		return `"+12015550123"`
	case strings.HasPrefix(path, "x509"):
		return `"` + selfSigned(s.T) + `"`
	}
	return `"B-1"`
}
