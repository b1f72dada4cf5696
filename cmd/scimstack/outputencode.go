package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// encode writes a value as JSON or YAML. YAML is made of the JSON, so that both have the same members.
func encode(out io.Writer, format string, v any) error {
	var data bytes.Buffer
	enc := json.NewEncoder(&data)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	text := visible(data.Bytes())
	if format == asYAML {
		var err error
		if text, err = toYAML(text); err != nil {
			return err
		}
	}
	_, err := out.Write(text)
	return err
}

// toYAML writes JSON, which is YAML in another style, as people write YAML.
func toYAML(text []byte) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	plain(&document)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&document); err != nil {
		return nil, err
	}
	return visible(b.Bytes()), enc.Close()
}

// simple is a string that no version of YAML reads as anything else, unless it is one of the words in other.
var (
	simple = regexp.MustCompile(`^\pL[\pL\pN_./@+-]*( [\pL\pN_./@+-]+)*$`)
	other  = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
)

// plain removes the style of JSON, except the quotes of a string that could be read as something else.
func plain(n *yaml.Node) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str" && (!simple.MatchString(n.Value) || other.MatchString(n.Value)):
		n.Style = yaml.DoubleQuotedStyle
	case n.Kind == yaml.ScalarNode || len(n.Content) > 0:
		n.Style = 0
	}
	for _, child := range n.Content {
		plain(child)
	}
}

// visible escapes the control characters that encoding/json leaves as they are. They are in quoted strings only, whose
// escapes JSON and YAML have in common.
func visible(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		if r != '\n' && (unicode.IsControl(r) || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r)) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.Bytes()
}
