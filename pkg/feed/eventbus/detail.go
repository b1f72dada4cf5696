package eventbus

import (
	"bytes"
	"encoding/json"
	"strings"
)

// detail is the JSON of a fact, as /events writes it.
func detail(f any) (string, error) {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	err := j.Encode(f)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}

// mostType bounds what is before the dot of a detail-type, which EventBridge takes with at most 128 characters. The detail has the whole.
const mostType = 100

// detailType is the detail-type of the facts of a type, or its beginning.
func detailType(typ string) string {
	name, verb, dot := strings.Cut(typ, ".")
	name = name[:min(len(name), mostType)]
	if !dot {
		return name
	}
	return name + "." + verb
}
