package schema_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestNodes: members and elements are counted while they are read, wherever they are, and one node too
// many is a fault that names the limit. (Z-12)
func TestNodes(t *testing.T) {
	t.Parallel()
	for text, nodes := range map[string]int{
		`{}`: 0, `{"a":1}`: 1, `{"a":[]}`: 1, `{"a":[1,2,3]}`: 4, `{"a":{"b":{"c":1}}}`: 3, `{"a":[{"b":1},{"b":2}],"c":"x"}`: 6,
	} {
		for limit := range nodes + 2 {
			l := schema.JSONLimits{Depth: 9, Nodes: limit}
			_, err := l.Decode([]byte(text))
			var f *schema.Fault
			switch fits := limit == 0 || nodes <= limit; {
			case fits && (err != nil || l.Used != nodes && limit > 0):
				t.Errorf("%s, %d: %v, used %d", text, limit, err, l.Used)
			case !fits && (!errors.As(err, &f) || f.Code != schema.FaultNodes || !strings.Contains(f.Detail, "MaxNodes")):
				t.Errorf("%s, %d: %v", text, limit, err)
			}
		}
	}
	l := schema.JSONLimits{Depth: 9, Nodes: 5}
	_, first := l.Decode([]byte(`{"a":[1,2]}`))
	_, second := l.Decode([]byte(`{"a":[1,2]}`))
	if first != nil || second == nil {
		t.Errorf("two texts: %v, %v", first, second)
	}
}

// TestNodeMemory: a node takes a bounded amount of memory, whatever the text looks like. With the
// limit of a tenant, this bounds what a body takes once it is decoded.
func TestNodeMemory(t *testing.T) {
	const nodes, most = 100_000, 400
	for name, one := range map[string]string{
		"numbers": `1`, "strings": `"x"`, "escapes": `"\u0041"`, "objects": `{}`, "lists": `[]`, "lists of one": `[1]`, "objects of one": `{"a":1}`,
		"objects of two": `{"a":1,"b":2}`,
	} {
		text := []byte(`{"a":[` + strings.Repeat(one+",", nodes) + one + `]}`)
		l := schema.JSONLimits{Depth: 9, Nodes: nodes}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := l.Decode(text)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		perNode := (float64(after.TotalAlloc-before.TotalAlloc) - float64(len(text))) / nodes
		t.Logf("%-15s %4.0f bytes allocated per node", name, perNode)
		if perNode > most {
			t.Errorf("%s: %.0f bytes per node, more than %d", name, perNode, most)
		}
	}
}
