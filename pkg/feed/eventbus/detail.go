package eventbus

import (
	"bytes"
	"encoding/json"
)

// detail is the JSON of a fact, as /events writes it.
func detail(f any) (string, error) {
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	err := j.Encode(f)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}
