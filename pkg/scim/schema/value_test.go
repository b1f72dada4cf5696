package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// typed is a type with an attribute of every simple type, alone, in a list and in a list of objects.
func typed() *schema.ResourceType {
	attrs := func(prefix string, many bool) (out []*schema.Attribute) {
		for name, t := range map[string]schema.Type{"s": schema.String, "r": schema.Reference, "b": schema.Boolean, "i": schema.Integer, "d": schema.Decimal, "t": schema.DateTime, "x": schema.Binary} {
			out = append(out, &schema.Attribute{Name: prefix + name, Type: t, MultiValued: many})
		}
		return out
	}
	all := append(attrs("", false), attrs("m", true)...)
	all = append(all, &schema.Attribute{Name: "c", Type: schema.Complex, MultiValued: true, SubAttributes: append(attrs("", false), &schema.Attribute{Name: "value"})})
	return &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "", all...)}
}

func canonical(t *testing.T, rt *schema.ResourceType, strict bool, body string) (map[string]any, []string, error) {
	t.Helper()
	raw, err := schema.DecodeJSON([]byte(body), 20)
	if err != nil {
		return nil, nil, err
	}
	doc, notes, err := rt.Canonical(raw, schema.Mode{Strict: strict})
	if err == nil {
		err = rt.CheckRequired(doc)
	}
	delete(doc, "schemas")
	return doc, notes, err
}

// TestValueTypes: tolerant mode reads a value of another JSON type that can only mean one thing, with
// a note, in every place where the type can be; strict mode refuses it.
func TestValueTypes(t *testing.T) {
	t.Parallel()
	for in, c := range map[string]struct {
		want, note string
		strict     bool // strict mode reads it too, and there is no note
	}{
		`s 5`: {`"5"`, "a number was read as a string", false}, `s 1.50`: {`"1.50"`, "a number", false}, `s -1e5`: {`"-1e5"`, "a number", false}, `s "  "`: {`"  "`, "", true}, `s true`: {"", "", false},
		`r 5`: {`"5"`, "a number", false}, `r " "`: {"nil", "an empty string was read as unassigned", false}, `r "\t\n"`: {"nil", "an empty string", false},
		`b "True"`: {"true", "was read as true", false}, `b " false "`: {"false", "was read as false", false}, `b " "`: {"nil", "an empty string", false}, `b 1`: {"", "", false}, `b "yes"`: {"", "", false},
		`i "3"`: {"3", "a string was read as a number", false}, `i "007"`: {"7", "a string", false}, `i " +3 "`: {"3", "a string", false}, `i "-3"`: {"-3", "a string", false}, `i "3.5"`: {"", "", false}, `i "3a"`: {"", "", false},
		`i "0x10"`: {"", "", false}, `i ""`: {"nil", "an empty string", false}, `i " "`: {"nil", "an empty string", false}, `i true`: {"", "", false}, `i 3.0`: {"", "", false}, `i "--3"`: {"", "", false},
		`d "1.50"`: {"1.50", "a string", false}, `d "1,5"`: {"", "", false}, `d "NaN"`: {"", "", false}, `d " "`: {"nil", "an empty string", false},
		`t "2026-01-05"`: {`"2026-01-05T00:00:00.000Z"`, "a date was read as a dateTime", false}, `t "2026-01-05+02:00"`: {`"2026-01-04T22:00:00.000Z"`, "a date", false}, `t " "`: {"nil", "an empty string", false},
		`t "2026-01"`: {"", "", false}, `t "05.01.2026"`: {"", "", false}, `t 20260105`: {"", "", false},
		`t "2020-01-02T03:04:05.123456Z"`: {`"2020-01-02T03:04:05.123456Z"`, "", true}, `t "2020-01-02T03:04:05.100000Z"`: {`"2020-01-02T03:04:05.100Z"`, "", true}, `t "2020-01-02T03:04:05.1234567899+01:00"`: {`"2020-01-02T02:04:05.123456789Z"`, "", true},
		`t "9999-12-31T23:59:59-05:00"`: {`"9999-12-31T23:59:59.000-05:00"`, "", true}, `t "0000-01-01T00:00:00+05:00"`: {`"0000-01-01T00:00:00.000+05:00"`, "", true}, `t "9999-12-31T23:59:59"`: {`"9999-12-31T23:59:59.000Z"`, "", true},
		`x " "`: {"nil", "an empty string", false}, `x 5`: {"", "", false},
	} {
		name, value, _ := strings.Cut(in, " ")
		for place, forms := range map[string][2]string{"alone": {`{"%":@}`, `{"%":@}`}, "list": {`{"m%":[@]}`, `{"m%":[@]}`}, "object": {`{"c":[{"value":"v","%":@}]}`, `{"c":[{"%":@,"value":"v"}]}`}} {
			fill := func(form, v string) string { return strings.NewReplacer("%", name, "@", v).Replace(form) }
			doc, notes, err := canonical(t, typed(), false, fill(forms[0], value))
			want := fill(forms[1], c.want)
			if c.want == "nil" {
				want = map[string]string{"alone": "{}", "list": "{}", "object": `{"c":[{"value":"v"}]}`}[place]
			}
			all := strings.Join(notes, "; ")
			switch {
			case c.want == "":
				if err == nil {
					t.Errorf("%s %s is read as %v", place, in, doc)
				}
			case err != nil || cmp.Diff(decode(t, want), doc) != "" || !strings.Contains(all, c.note):
				t.Errorf("%s %s: %v %s %v", place, in, doc, all, err)
			default:
				again, _, err := canonical(t, typed(), false, string(schema.AppendValue(nil, doc)))
				if err != nil || !schema.Equal(doc, again) {
					t.Errorf("%s %s: %v read again is %v, %v", place, in, doc, again, err)
				}
			}
			if _, _, err := canonical(t, typed(), true, strings.Replace(fill(forms[0], value), "{", `{"schemas":["urn:t"],`, 1)); (err == nil) != c.strict {
				t.Errorf("strict: %s %s: %v", place, in, err)
			}
		}
	}
}

func decode(t *testing.T, s string) map[string]any {
	t.Helper()
	m, err := schema.DecodeJSON([]byte(s), 20)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return m
}

// TestEmptyElements: elements without content are left out with a note, and blanks are no values of
// attributes that are not strings.
func TestEmptyElements(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"emails":[null,{"value":"a"},{}]`: `"emails":[{"value":"a"}]`, `"emails":[null]`: "", `"emails":[[]]`: "-", `"emails":" "`: "", `"emails":[" "]`: "", `"emails":[{"display":"a"},5]`: `"emails":[{"display":"a"},{"value":"5"}]`,
		`"name":" "`: "", `"manager":" "`: "", `"manager":42`: `"` + schema.URNEnterpriseUser + `":{"manager":{"value":"42"}}`, `"photos":[{"value":" ","type":"photo"}]`: "", `"profileUrl":" "`: "", `"active":" "`: "",
		`"title":" "`: `"title":" "`, `"roles":[53,"a"]`: `"roles":[{"value":"53"},{"value":"a"}]`, `"name":5`: "-", `"name":[null]`: "",
	} {
		doc, notes, err := canonical(t, schema.UserType(), false, `{"userName":"u",`+in+`}`)
		if want == "-" {
			if err == nil {
				t.Errorf("%s is read as %v", in, doc)
			}
			continue
		}
		if want != "" {
			want = "," + want
		}
		if err != nil || cmp.Diff(decode(t, `{"userName":"u"`+want+`}`), doc) != "" {
			t.Errorf("%s: %v %v", in, doc, err)
		}
		if len(notes) < 2 && !strings.HasPrefix(in, `"title"`) && !strings.HasPrefix(in, `"name":" "`) && !strings.HasPrefix(in, `"emails":" "`) { // one is that schemas is missing
			t.Errorf("%s: notes %q", in, notes)
		}
	}
}

// TestVisible: a required string needs a character that is seen, in both modes.
func TestVisible(t *testing.T) {
	t.Parallel()
	rt := &schema.ResourceType{Name: "T", Endpoint: "/T", Schema: schema.NewSchema("urn:t", "T", "", &schema.Attribute{Name: "c", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{
		{Name: "value", Required: true}, {Name: "flag", Type: schema.Boolean}}})}
	for _, blank := range []string{"", " ", "\\t\\n", "\\u200b", "\\u00ad\\u202e", "\\u00a0", "\\u3164", "\\u2800", "\\ufeff"} {
		for _, strict := range []bool{false, true} {
			for _, c := range []struct {
				rt   *schema.ResourceType
				body string
			}{{schema.UserType(), `"userName":"` + blank + `"`}, {schema.GroupType(), `"displayName":"` + blank + `"`}, {rt, `"c":[{"value":"` + blank + `"},{"value":"b"}]`}} {
				doc, _, err := canonical(t, c.rt, strict, `{"schemas":["`+c.rt.Schema.ID+`"],`+c.body+`}`)
				if err == nil && (blank != "" || strict || c.rt != rt) {
					t.Errorf("strict %t: %s is read as %v", strict, c.body, doc)
				}
			}
		}
	}
}

// TestText: half of a surrogate pair is no character; a byte order mark is skipped.
func TestText(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		`{"a":"\ud800"}`: false, `{"a":"\udc00"}`: false, `{"a":"\ud800x"}`: false, `{"a":"\ud800\u0041"}`: false, `{"a":"\ud800\ud800"}`: false, `{"\udfff":1}`: false, `{"a":"\ud83d\ude00"}`: true, `{"a":"\ufffd"}`: true,
		"\ufeff{}": true, "\ufeff {}": true, "\ufeff\ufeff{}": false, "{}\ufeff": false, "\ufeff": false, "\xef\xbb{}": false,
	} {
		if _, err := schema.DecodeJSON([]byte(in), 10); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestExamples: strict mode reads the example users of RFC 7643 §8.2 and §8.3, and every "type" of
// the schemas declares its values.
func TestExamples(t *testing.T) {
	t.Parallel()
	const full = `"id":"2819c223-7f76-453a-919d-413861904646","externalId":"701984","userName":"bjensen@example.com",
	"name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen","givenName":"Barbara","middleName":"Jane","honorificPrefix":"Ms.","honorificSuffix":"III"},
	"displayName":"Babs Jensen","nickName":"Babs","profileUrl":"https://login.example.com/bjensen",
	"emails":[{"value":"bjensen@example.com","type":"work","primary":true},{"value":"babs@jensen.org","type":"home"}],
	"addresses":[{"type":"work","streetAddress":"100 Universal City Plaza","locality":"Hollywood","region":"CA","postalCode":"91608","country":"USA","formatted":"100 Universal City Plaza\nHollywood, CA 91608 USA","primary":true},
		{"type":"home","streetAddress":"456 Hollywood Blvd","locality":"Hollywood","region":"CA","postalCode":"91608","country":"USA","formatted":"456 Hollywood Blvd\nHollywood, CA 91608 USA"}],
	"phoneNumbers":[{"value":"555-555-5555","type":"work"},{"value":"555-555-4444","type":"mobile"}],"ims":[{"value":"someaimhandle","type":"aim"}],
	"photos":[{"value":"https://photos.example.com/profilephoto/72930000000Ccne/F","type":"photo"},{"value":"https://photos.example.com/profilephoto/72930000000Ccne/T","type":"thumbnail"}],
	"userType":"Employee","title":"Tour Guide","preferredLanguage":"en-US","locale":"en-US","timezone":"America/Los_Angeles","active":true,"password":"t1meMa$heen",
	"groups":[{"value":"e9e30dba-f08f-4109-8486-d5c6a331660a","$ref":"https://example.com/v2/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a","display":"Tour Guides"}],
	"meta":{"resourceType":"User","created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T04:42:34Z","version":"W\/\"a330bc54f0671c9\"","location":"https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646"}`
	for _, body := range []string{
		`{"schemas":["` + schema.URNUser + `"],` + full + `}`,
		`{"schemas":["` + schema.URNUser + `","` + schema.URNEnterpriseUser + `"],` + full + `,"` + schema.URNEnterpriseUser + `":{"employeeNumber":"701984","costCenter":"4130","organization":"Universal Studios","division":"Theme Park",
			"department":"Tour Operations","manager":{"value":"26118915-6090-4610-87e4-49d8ca9f808d","$ref":"../Users/26118915-6090-4610-87e4-49d8ca9f808d","displayName":"John Smith"}}}`,
	} {
		if doc, notes, err := canonical(t, schema.UserType(), true, body); err != nil || len(notes) > 0 || len(doc) < 18 {
			t.Errorf("%v %q", err, notes)
		}
	}
	for _, s := range []*schema.Schema{schema.User(), schema.Group()} {
		for _, a := range s.Attributes {
			if sub := a.Sub("type"); sub != nil && len(sub.CanonicalValues) == 0 {
				t.Errorf("%s.type declares no values", a.Name)
			}
		}
	}
}

// TestRoles: a role without a type is the role with that value (ENTRA-13).
func TestRoles(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`"roles":[{"value":"A","type":"x"},{"value":"a","display":"D"}]`:                         `"roles":[{"value":"A","type":"x","display":"D"}]`,
		`"roles":[{"value":"A"},{"value":"B"},{"value":"A","type":"x"}]`:                         `"roles":[{"value":"A","type":"x"},{"value":"B"}]`,
		`"roles":[{"value":"A","type":"x"},{"value":"A","type":"y"}]`:                            `"roles":[{"value":"A","type":"x"},{"value":"A","type":"y"}]`,
		`"emails":[{"value":"A","type":"x"},{"value":"A"}]`:                                      `"emails":[{"value":"A","type":"x"},{"value":"A"}]`,
		`"entitlements":[{"value":"A","primary":true},{"value":"A","type":"x","primary":false}]`: `"entitlements":[{"value":"A","type":"x","primary":true}]`,
	} {
		doc, _, err := canonical(t, schema.UserType(), false, `{"userName":"u",`+in+`}`)
		if err != nil || cmp.Diff(decode(t, `{"userName":"u",`+want+`}`), doc) != "" {
			t.Errorf("%s: %v %v", in, doc, err)
		}
	}
}

// FuzzValues: what tolerant mode reads can be sent back and is read unchanged.
func FuzzValues(f *testing.F) {
	for _, s := range []string{`{"t":"2026-01-05"}`, `{"t":"9999-12-31T23:59:59.1234567-05:00"}`, `{"i":" +007 ","d":"1e5","s":5,"r":7,"b":"True"}`, `{"mi":["1",null,2," "],"c":[{"value":5,"i":"3"},null,{},"x",7]}`, `{"c":5,"mt":"2026-01-05Z"}`} {
		f.Add(s)
	}
	rt := typed()
	f.Fuzz(func(t *testing.T, body string) {
		doc, _, err := canonical(t, rt, false, body)
		if err != nil {
			return
		}
		again, notes, err := canonical(t, rt, false, string(schema.AppendValue(nil, doc)))
		if err != nil || !schema.Equal(doc, again) {
			t.Fatalf("%s is read as %v, and that as %v %q: %v", body, doc, again, notes, err)
		}
	})
}
