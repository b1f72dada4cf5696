package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Settings are the settings of a tenant, by the names that ChangeTenant takes. Types have calls of their
// own; see SchemaAPI.
type Settings struct {
	IdP              string `json:"idp" doc:"identity provider: okta, entra, google, …; empty when unknown"`
	Mode             string `json:"mode" enum:"tolerant,strict" doc:"tolerant accepts what identity providers send; strict follows the RFCs"`
	SharedGroupNames bool   `json:"sharedGroupNames" doc:"several groups may have the same displayName"`
	UniqueExternalID bool   `json:"uniqueExternalId" doc:"externalId is unique within a resource type"`
	NoPassword       bool   `json:"noPassword" doc:"users have no password attribute"`
	SensitiveFilters bool   `json:"sensitiveFilters" doc:"filters on personal data are accepted in POST /.search only"`
	KeepValues       bool   `json:"keepValues" doc:"the provisioning log keeps the new values of changed attributes"`
	SkipReads        bool   `json:"skipReads" doc:"the provisioning log leaves out reads that succeeded"`
	NoLog            bool   `json:"noLog" doc:"the provisioning log leaves out all requests, and health counts them; changes of the administration stay in it"`
	LogDays          int    `json:"logDays" doc:"days that the provisioning log keeps a record; 0 is the default of the deployment"`
	// Rules are by the names of attributes, so that a patch names those that change.
	Rules map[string]string `json:"rules" doc:"by attribute: what happens to a value that its value type does not accept"`
	// Indexes are in addition to those that every tenant has.
	Indexes []string `json:"indexes" doc:"attributes that have an index in addition: a string with one value, or meta.lastModified"`
	Limits  Limits   `json:"limits" doc:"0 is the default"`
}

// Limits bound the work of one request; see scim.Limits. 0 is the default.
type Limits struct {
	MaxBody        int `json:"maxBody" doc:"bytes of a request body"`
	MaxDepth       int `json:"maxDepth" doc:"nesting of a JSON body"`
	MaxNodes       int `json:"maxNodes" doc:"members of objects and elements of lists in a JSON body"`
	MaxValues      int `json:"maxValues" doc:"values of one multi-valued attribute, other than members"`
	MaxResults     int `json:"maxResults" doc:"resources on one page"`
	DefaultResults int `json:"defaultResults" doc:"page size when the client names none"`
	MaxScan        int `json:"maxScan" doc:"resources that one query without an index may read"`
	MaxOperations  int `json:"maxOperations" doc:"operations of one Bulk request"`
	MaxPatchOps    int `json:"maxPatchOps" doc:"operations of one PATCH request"`
	MaxMembers     int `json:"maxMembers" doc:"members of a group in an answer"`
	MaxNesting     int `json:"maxNesting" doc:"levels of indirect membership that are followed"`
	MaxAnswer      int `json:"maxAnswer" doc:"bytes of an answer, beyond which members are left out"`
	CursorSeconds  int `json:"cursorSeconds" doc:"life of a cursor"`
	Rate           int `json:"rate" doc:"requests per second in the long run; -1 is no limit"`
	Burst          int `json:"burst" doc:"requests at once after a pause"`
}

// settingsOf returns the settings as callers see them.
func settingsOf(s *tenant.Settings) Settings {
	mode := tenant.Tolerant
	if s.Strict {
		mode = tenant.Strict
	}
	return Settings{
		IdP: s.IdP, Mode: string(mode), SharedGroupNames: s.SharedGroupNames, UniqueExternalID: s.UniqueExternalID,
		NoPassword: s.NoPassword, SensitiveFilters: s.SensitiveFilters, KeepValues: s.KeepValues, SkipReads: s.SkipReads,
		NoLog: s.NoLog, LogDays: s.LogDays, Rules: rulesOf(s.Rules), Indexes: append([]string{}, s.Indexed...), Limits: Limits(s.Limits),
	}
}

func rulesOf(rules map[string]schema.Rule) map[string]string {
	out := map[string]string{}
	for name, r := range rules {
		out[name] = r.String()
	}
	return out
}

// into writes settings that were checked into those of a tenant.
func (in *Settings) into(s *tenant.Settings) {
	s.IdP, s.Strict = in.IdP, in.Mode == string(tenant.Strict)
	s.SharedGroupNames, s.UniqueExternalID, s.NoPassword = in.SharedGroupNames, in.UniqueExternalID, in.NoPassword
	s.SensitiveFilters, s.KeepValues, s.SkipReads = in.SensitiveFilters, in.KeepValues, in.SkipReads
	s.NoLog, s.LogDays, s.Limits, s.Rules, s.Indexed = in.NoLog, in.LogDays, scim.Limits(in.Limits), nil, nil
	if len(in.Indexes) > 0 {
		s.Indexed = in.Indexes
	}
	for name, text := range in.Rules {
		if s.Rules == nil {
			s.Rules = map[string]schema.Rule{}
		}
		s.Rules[name], _ = schema.ParseRule(text) // checked before
	}
}

// DefaultSettings are the settings of a tenant that sets none.
func DefaultSettings() Settings { return settingsOf(&tenant.Settings{}) }

// patched returns the settings with what a patch names, or every reason why it cannot be (RFC 7396).
func (in Settings) patched(patch map[string]json.RawMessage) (Settings, error) {
	now, fallback := asMap(in), asMap(DefaultSettings())
	problems := merge(now, fallback, patch, "")
	if len(problems) > 0 {
		return in, invalid(problems...)
	}
	data, err := json.Marshal(now)
	if err != nil {
		return in, err
	}
	var out Settings
	if err := json.Unmarshal(data, &out); err != nil {
		return in, fail(Invalid, "settings", err.Error(), "use numbers of usual size")
	}
	return out, out.check()
}

// asMap returns a value as JSON has it. Settings always have a JSON form.
func asMap(v any) map[string]any {
	data, err := json.Marshal(v)
	var out map[string]any
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

// merge writes a patch into an object that has every known name.
func merge(now, fallback map[string]any, patch map[string]json.RawMessage, at string) (problems []Problem) {
	names := make([]string, 0, len(now))
	for name := range now {
		names = append(names, name)
	}
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		old, known := now[name]
		field := at + name
		if !known {
			problems = append(problems, Problem{Field: field, Reason: "there is no such setting", Remedy: use(name, names)})
			continue
		}
		raw := patch[name]
		if string(raw) == "null" {
			now[name] = fallback[name]
			continue
		}
		if inner, ok := old.(map[string]any); ok {
			var part map[string]json.RawMessage
			if err := json.Unmarshal(raw, &part); err != nil {
				problems = append(problems, Problem{Field: field, Reason: "it is not an object", Remedy: `write {"name": value}`})
				continue
			}
			if field == "rules" {
				problems = append(problems, mergeRules(inner, part)...)
				continue
			}
			deeper, _ := fallback[name].(map[string]any)
			problems = append(problems, merge(inner, deeper, part, field+".")...)
			continue
		}
		value, problem := sameKind(old, raw)
		if problem != nil {
			problem.Field = field
			problems = append(problems, *problem)
			continue
		}
		now[name] = value
	}
	return problems
}

// mergeRules writes the rules that a patch names; null removes one.
func mergeRules(now map[string]any, patch map[string]json.RawMessage) (problems []Problem) {
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		var text *string
		err := json.Unmarshal(patch[name], &text)
		if err == nil && text == nil {
			delete(now, name)
			continue
		}
		if err == nil {
			_, err = schema.ParseRule(*text)
		}
		if err != nil {
			problems = append(problems, Problem{Field: "rules." + shortened(name), Reason: err.Error(), Remedy: "use the name of a rule, or null for none"})
			continue
		}
		now[name] = *text
	}
	return problems
}

// sameKind reads a value that must be of the kind that a setting has.
func sameKind(old any, raw json.RawMessage) (any, *Problem) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, &Problem{Reason: "it is not JSON", Remedy: "write a JSON value"}
	}
	switch old.(type) {
	case bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
		return nil, &Problem{Reason: "it is " + kindOf(v), Remedy: "use true or false"}
	case float64:
		if n, ok := v.(float64); ok && n == float64(int32(n)) {
			return n, nil
		}
		return nil, &Problem{Reason: "it is " + kindOf(v), Remedy: "use a whole number up to 2147483647, or null for the default"}
	case []any:
		return namesIn(v)
	default:
		if s, ok := v.(string); ok {
			return strings.ToLower(strings.TrimSpace(s)), nil
		}
		return nil, &Problem{Reason: "it is " + kindOf(v), Remedy: "use a string, or null for the default"}
	}
}

// namesIn reads a list of names, or one string with commas between them.
func namesIn(v any) (any, *Problem) {
	list, ok := v.([]any)
	if text, one := v.(string); one {
		ok = true
		for _, name := range strings.Split(text, ",") {
			list = append(list, name)
		}
	}
	out := []any{}
	for _, e := range list {
		name, isText := e.(string)
		if name = strings.TrimSpace(name); name == "" {
			ok = false
		}
		ok = ok && isText
		out = append(out, name)
	}
	if !ok {
		return nil, &Problem{Reason: "it is " + kindOf(v), Remedy: "use a list of names, or null for none"}
	}
	return out, nil
}

func kindOf(v any) string {
	switch v.(type) {
	case bool:
		return "a boolean"
	case float64:
		return "a number that is out of range or has a fraction"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
}

// check checks what kinds alone do not.
func (in *Settings) check() error {
	var problems []Problem
	problems = append(problems, checkIdP(in.IdP)...)
	problems = append(problems, checkMode(in.Mode, false)...)
	if in.LogDays < 0 {
		problems = append(problems, Problem{Field: "logDays", Reason: fmt.Sprintf("%d is negative", in.LogDays), Remedy: "use a number of days, or 0 for the default of the deployment"})
	}
	for name, v := range asMap(in.Limits) {
		if n, _ := v.(float64); n < 0 && (name != "rate" || n != scim.NoLimit) {
			problems = append(problems, Problem{Field: "limits." + name, Reason: fmt.Sprintf("%v is negative", n), Remedy: "use a positive number, or 0 for the default; a rate of -1 is no limit"})
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Field, b.Field) })
	return invalid(problems...)
}

// IdPs are the names of the identity providers that are known.
func IdPs() []string {
	var names []string
	for _, p := range dialect.Profiles() {
		names = append(names, p.Name)
	}
	return names
}

func checkIdP(name string) []Problem {
	if _, ok := dialect.ByName(name); ok || name == "" {
		return nil
	}
	return []Problem{{Field: "idp", Reason: fmt.Sprintf("there is no identity provider %q", shortened(name)), Remedy: use(name, IdPs()) + "; leave it empty for any other"}}
}

func checkMode(mode string, mayBeEmpty bool) []Problem {
	if mode == string(tenant.Tolerant) || mode == string(tenant.Strict) || mayBeEmpty && mode == "" {
		return nil
	}
	return []Problem{{Field: "mode", Reason: fmt.Sprintf("there is no mode %q", shortened(mode)), Remedy: "use tolerant or strict"}}
}
