package suite

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// rewrite replaces the current line of the transcript, and reports whether it may: only Update
// rewrites lines.
func (p *player) rewrite(line string) bool {
	if p.update {
		p.lines[p.at] = p.abbreviate(line)
	}
	return p.update
}

// abbreviate is the opposite of fill: it writes shorthands and variables for their values, so that
// a rewritten line holds no id, time or address of one run. Tags are left alone, because one value
// serves many resources.
func (p *player) abbreviate(line string) string {
	var names []string
	for name, value := range p.vars {
		if value != "" && !strings.HasSuffix(name, ".etag") {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { // a location contains an id: the longest value first
		return cmp.Or(cmp.Compare(len(p.vars[b]), len(p.vars[a])), strings.Compare(a, b))
	})
	var pairs []string
	for _, name := range names {
		value, _ := json.Marshal(p.vars[name])
		pairs = append(pairs, string(value[1:len(value)-1]), "{{"+name+"}}")
	}
	line = strings.NewReplacer(pairs...).Replace(line)
	reversed := shorthands()
	for i := 0; i < len(reversed); i += 2 {
		reversed[i], reversed[i+1] = reversed[i+1], reversed[i]
	}
	return strings.NewReplacer(reversed...).Replace(line)
}
