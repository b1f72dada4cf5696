package oracle

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
)

// value is a JSON value of an attribute.
func (r *random) value(a *attr) any {
	// A tolerant PATCH ignores what is no value of active and of password, and a POST refuses it. What an element is left with whose required part
	// is taken away is open.
	if r.chance(0.03) && a.Name != "active" && a.Name != "password" && (a.path == "" || !a.Required) {
		return pick[any](r, nil, 5, true, []any{}, object{})
	}
	if !a.Multi {
		return r.single(a)
	}
	list := []any{}
	for range pick(r, 0, 1, 1, 2, 2, 3) {
		list = append(list, r.single(a))
	}
	return list
}

func (r *random) single(a *attr) any {
	switch a.Type {
	case "complex":
		if a.Name == "members" {
			return object{"value": pick(r, r.candidates()...)}
		}
		o := object{}
		for _, s := range a.Sub {
			if s.Mut != "readOnly" && (s.Required || r.chance(0.55)) && (s.Name != "primary" || r.chance(0.4)) {
				o[s.Name] = r.value(s)
			}
		}
		return o
	case "boolean":
		return r.chance(0.5)
	case "integer":
		return pick(r, json.Number("0"), "1", "9", "10", "-3", "9007199254740993")
	case "decimal":
		return pick(r, json.Number("0"), "1", "2.50", "10", "9.75", "-0.1")
	case "dateTime":
		return pick(r, "2020-05-13T04:42:34Z", "2020-05-13T06:42:34+02:00", "2020-05-13T01:00:00-05:00", "2019-12-31T23:59:59.5Z", "2019-12-31T23:59:59.5001Z", "2020-05-13T04:42:34.000Z")
	case "binary":
		if a.path == "x509Certificates.value" {
			return pick(r, certificates()[0], certificates()[1], "AQID")
		}
		return pick(r, "AQID", "AQ==", "aqid")
	case "reference":
		if refs := slices.Concat(r.users, r.groups); a.Name == "link" && len(refs) > 0 && strings.HasPrefix(refs[0], "bulkId:") {
			return pick(r, refs...)
		}
		return pick(r, "https://example.com/a", "https://example.com/A", "https://example.com/b?x=1")
	}
	return r.text(a)
}

func (r *random) text(a *attr) any {
	switch {
	case len(a.Canonical) > 0:
		return pick(r, a.Canonical[0], a.Canonical[0], a.Canonical[1])
	case a.Name == "userName":
		return fmt.Sprintf("u%d@example.com", r.IntN(60))
	case a.Name == "displayName" && a.Required:
		return fmt.Sprintf("G%d", r.IntN(40))
	case a.Name == "type":
		return pick(r, "work", "home", "other", "Home", "application")
	case a.path == "manager.value" && len(r.users) > 0 && r.chance(0.7):
		return pick(r, r.users...)
	case formats[a.Name] != nil:
		return pick(r, formats[a.Name]...)
	case formats[a.path] != nil:
		return pick(r, formats[a.path]...)
	case a.Name == "fixed":
		return pick(r, "one", "two")
	}
	if r.chance(0.02) && !a.Required {
		return ""
	}
	return pick(r, "Alpha", "alpha", "Beta", "b", "a@x.example", "A@X.EXAMPLE", "c@x.org", "Straße", "STRASSE", "É", "e\u0301", `q"\q`, "10", "9", "a b")
}

// formats are values of attributes whose form RFC 7643 §4.1 prescribes.
var formats = map[string][]string{
	"emails.value": {"a@x.example", "A@X.EXAMPLE", "b@x.org", "c@y.org"}, "phoneNumbers.value": {"tel:+1-201-555-0123", "tel:+1-201-555-0124"},
	"country": {"DE", "FR"}, "locale": {"en-US", "de-DE"}, "preferredLanguage": {"en", "de"}, "timezone": {"Europe/Berlin", "America/New_York"},
}

// certificates are two DER certificates in base64.
var certificates = sync.OnceValue(func() (out [2]string) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	for i := range out {
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1))}
		der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
		if err != nil {
			panic(err)
		}
		out[i] = base64.StdEncoding.EncodeToString(der)
	}
	return out
})
