package oracle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
)

// failed compares errors.
func (g *game) failed(want answer, got *httptest.ResponseRecorder) string {
	var body struct{ ScimType string }
	_ = json.Unmarshal(got.Body.Bytes(), &body) // an answer that is no error has none
	if head := got.Body.Len() == 0 && got.Code >= 400; head && slices.ContainsFunc(want.problems, func(p problem) bool { return p.status == got.Code }) {
		return ""
	}
	if slices.Contains(want.problems, problem{got.Code, body.ScimType}) {
		return ""
	}
	return fmt.Sprintf("model: %v\nservice: %d %s", want.problems, got.Code, got.Body)
}

// differ compares bodies: numbers by their text, members and groups in any order.
func differ(want answer, got *httptest.ResponseRecorder) string {
	if want.body == nil {
		if got.Body.Len() > 0 {
			return fmt.Sprintf("model: no body\nservice: %s", got.Body)
		}
		return ""
	}
	v, err := decode(got.Body.String())
	body, ok := v.(object)
	if err != nil || !ok {
		return "service: no JSON object: " + got.Body.String()
	}
	if _, page := want.body["Resources"]; page {
		delete(body, "schemas")
		delete(body, "nextCursor")
		if _, index := want.body["startIndex"]; !index && body["totalResults"] == nil {
			delete(want.body, "totalResults") // K-07
		}
	}
	model, _ := decode(shownJSON(want.body))
	for _, o := range []object{body, model.(object)} {
		for _, r := range append(list(o["Resources"]), o) {
			byValue(r.(object)["members"])
			byValue(r.(object)["groups"])
		}
	}
	if !reflect.DeepEqual(model, any(body)) {
		return strings.Join(differences("", model, body), "\n")
	}
	return ""
}

// differences are the places where two JSON values differ.
func differences(at string, model, service any) []string {
	x, one := model.(object)
	y, two := service.(object)
	if one && two {
		var out []string
		for _, k := range sortedKeys(x) {
			out = append(out, differences(at+"."+k, x[k], y[k])...)
		}
		for _, k := range sortedKeys(y) {
			if _, both := x[k]; !both {
				out = append(out, differences(at+"."+k, nil, y[k])...)
			}
		}
		return out
	}
	l, m := list(model), list(service)
	if len(l) == len(m) && len(l) > 0 {
		var out []string
		for i := range l {
			out = append(out, differences(fmt.Sprintf("%s[%d]", at, i), l[i], m[i])...)
		}
		return out
	}
	if reflect.DeepEqual(model, service) {
		return nil
	}
	return []string{fmt.Sprintf("%s\n  model:   %s\n  service: %s", at, shownJSON(model), shownJSON(service))}
}

func shownJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // it came from JSON
	return strings.TrimSpace(b.String())
}
