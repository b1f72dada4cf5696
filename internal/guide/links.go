package guide

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#{1,6} (.*)$`)
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	code    = regexp.MustCompile("`[^`\n]*`")
	linked  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// Links returns what is wrong with the links of a page: a file that does not exist, or an anchor that the page
// has not. Links to other sites are not followed.
func Links(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var bad []string
	known := map[string]map[string]bool{} // anchors by file
	for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(fenced.ReplaceAllString(string(text), ""), ""), -1) {
		target := m[1] + m[2]
		if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
			continue
		}
		path, anchor, _ := strings.Cut(target, "#")
		full := file
		if path != "" {
			full = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
		}
		if _, err := os.Stat(full); err != nil { //nolint:gosec // a link of a page of this repository
			bad = append(bad, target)
			continue
		}
		if anchor == "" || !strings.HasSuffix(full, ".md") {
			continue
		}
		if known[full] == nil {
			other, err := os.ReadFile(full) //nolint:gosec // as above
			if err != nil {
				return nil, err
			}
			known[full] = anchors(string(other))
		}
		if !known[full][anchor] {
			bad = append(bad, fmt.Sprintf("%s (no such heading)", target))
		}
	}
	return bad, nil
}

// anchors are the ids of a page's headings, as GitHub makes them.
func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		id := slug(m[1])
		for n := 1; out[id]; n++ {
			id = fmt.Sprintf("%s-%d", slug(m[1]), n)
		}
		out[id] = true
	}
	return out
}

func slug(title string) string {
	title = linked.ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(title))
}
