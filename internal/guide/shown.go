package guide

import (
	"fmt"
	"regexp"
	"strings"
)

// values are what {name} stands for.
type values map[string]string

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// fill replaces the placeholders whose values are known.
func (v values) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := v[name]; ok {
			return value
		}
		return name
	})
}

// Compare reports how an output differs from what a page shows. It is used for what must be equal in whole.
func Compare(shown, got string) error { return values{}.compare(shown, got) }

// compare reads the values of new placeholders from the output.
func (v values) compare(shown, got string) error {
	got = strings.TrimSpace(got)
	var names []string
	var pattern strings.Builder
	pattern.WriteString(`(?s)^`)
	for i, line := range strings.Split(strings.TrimSpace(v.fill(shown)), "\n") {
		if strings.TrimSpace(line) == "…" {
			if i > 0 {
				pattern.WriteString(`(?:\n.*?)?`)
			} else {
				pattern.WriteString(`(?:.*?\n)??`)
			}
			continue
		}
		if i > 0 && !strings.HasSuffix(pattern.String(), `\n)??`) {
			pattern.WriteString(`\n`)
		}
		text := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(line, " ")), "…", `[^\n]*?`)
		text = regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllStringFunc(text, func(name string) string {
			names = append(names, strings.ReplaceAll(name, `\`, ""))
			return `([^\s"/\\]+)`
		})
		pattern.WriteString(text + ` *`)
	}
	m := regexp.MustCompile(pattern.String() + `$`).FindStringSubmatch(got)
	if m == nil {
		return fmt.Errorf("the page shows\n%s\nand the output is\n%s", shown, got)
	}
	for i, name := range names {
		if have, ok := v[name]; ok && have != m[i+1] {
			return fmt.Errorf("%s is %s and %s", name, have, m[i+1])
		}
		v[name] = m[i+1]
	}
	return nil
}
