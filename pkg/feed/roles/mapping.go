package roles

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Mapping has the names of groups by role.
type Mapping struct {
	Roles  []string            // in the order of the file
	Groups map[string][]string // displayNames of the groups of a role; they are compared without regard to case
}

var groupForm = regexp.MustCompile(`^group\s+("(?:[^"\\]|\\.)*")$`)

// Parse reads a mapping file: YAML, with group "NAME", or a list of these, for each role.
func Parse(data []byte) (*Mapping, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("it is not YAML: %w", err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode || len(doc.Content[0].Content) == 0 {
		return nil, errors.New(`it has no role; write a line for each, such as admins: group "Acme Admins"`)
	}
	m := &Mapping{Groups: map[string][]string{}}
	for list := doc.Content[0].Content; len(list) > 1; list = list[2:] {
		role, values := list[0], []*yaml.Node{list[1]}
		if list[1].Kind == yaml.SequenceNode {
			values = list[1].Content
		}
		if role.Value == "" || m.Groups[role.Value] != nil {
			return nil, fmt.Errorf("line %d: the role %q is empty, or there twice", role.Line, role.Value)
		}
		m.Roles = append(m.Roles, role.Value)
		for _, v := range values {
			name, err := groupName(v.Value)
			if v.Kind != yaml.ScalarNode || err != nil {
				return nil, fmt.Errorf(`line %d: %q is not a group; write group "Acme Admins"`, v.Line, v.Value)
			}
			m.Groups[role.Value] = append(m.Groups[role.Value], name)
		}
		if len(values) == 0 {
			return nil, fmt.Errorf("line %d: the role %s has no group", role.Line, role.Value)
		}
	}
	return m, nil
}

func groupName(text string) (string, error) {
	found := groupForm.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return "", errors.New("no group")
	}
	name, err := strconv.Unquote(found[1])
	if err == nil && strings.TrimSpace(name) == "" {
		err = errors.New("no name")
	}
	return name, err
}

// of are the roles of a group by its name.
func (m *Mapping) of(group string) (roles []string) {
	for _, role := range m.Roles {
		if slices.ContainsFunc(m.Groups[role], func(name string) bool { return strings.EqualFold(name, group) }) {
			roles = append(roles, role)
		}
	}
	return roles
}
