package tenant

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// document is Settings as stored, without ID, Version, CursorKey, Indexes and Pending. Types are the ResourceType
// and Schema documents of RFC 7643 §6 and §7 that the tenant adds or changes.
type document struct {
	Paused           string            `json:"paused,omitempty"`
	RetryAfter       retryAfter        `json:"retryAfter,omitzero"`
	IdP              string            `json:"idp,omitempty"`
	Strict           bool              `json:"strict,omitempty"`
	SharedGroupNames bool              `json:"sharedGroupNames,omitempty"`
	UniqueExternalID bool              `json:"uniqueExternalId,omitempty"`
	NoPassword       bool              `json:"noPassword,omitempty"`
	SensitiveFilters bool              `json:"sensitiveFilters,omitempty"`
	KeepValues       bool              `json:"keepValues,omitempty"`
	SkipReads        bool              `json:"skipReads,omitempty"`
	NoLog            bool              `json:"noLog,omitempty"`
	LogDays          int               `json:"logDays,omitempty"`
	Limits           scim.Limits       `json:"limits,omitzero"`
	Rules            map[string]string `json:"rules,omitempty"`
	Indexes          []string          `json:"indexes,omitempty"`
	Types            []json.RawMessage `json:"types,omitempty"`
}

// retryAfter is RetryAfter of the pause with this reason. A build that does not know it answers 403 instead of 429, and keeps it
// when it resumes the tenant, or pauses it for another reason: it says nothing about that pause.
type retryAfter struct {
	Paused  string `json:"paused,omitempty"`
	Seconds int64  `json:"seconds,omitempty"`
}

// storedRetryAfter returns RetryAfter as it is stored: a tenant that is not paused has none.
func (s *Settings) storedRetryAfter() retryAfter {
	if s.Paused == "" || s.RetryAfter == 0 {
		return retryAfter{}
	}
	return retryAfter{s.Paused, int64(s.RetryAfter / time.Second)}
}

// of returns RetryAfter of a pause, within the bounds of this build.
func (r retryAfter) of(paused string) time.Duration {
	if paused == "" || r.Paused != paused {
		return 0
	}
	return time.Duration(min(max(r.Seconds, 0), int64(MaxRetryAfter/time.Second))) * time.Second
}

// Document returns the settings as a JSON object, for a Resolver that stores them. The object has
// neither ID, Version, CursorKey, Indexes nor Pending; ParseDocument reads it.
func (s Settings) Document() ([]byte, error) {
	d := document{
		Paused: s.Paused, RetryAfter: s.storedRetryAfter(), IdP: s.IdP, Strict: s.Strict, SharedGroupNames: s.SharedGroupNames, UniqueExternalID: s.UniqueExternalID,
		NoPassword: s.NoPassword, SensitiveFilters: s.SensitiveFilters, KeepValues: s.KeepValues, SkipReads: s.SkipReads, NoLog: s.NoLog, LogDays: s.LogDays,
		Limits: s.Limits, Indexes: s.Indexed, Types: documents(s.Types),
	}
	for name, rule := range s.Rules {
		if d.Rules == nil {
			d.Rules = make(map[string]string, len(s.Rules))
		}
		d.Rules[name] = rule.String()
	}
	known, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return merged(known, s.Unknown)
}

// ParseDocument reads what Document has made, as the settings of a tenant. It keeps what it does not know.
func ParseDocument(id scim.TenantID, doc []byte) (Settings, error) {
	var d document
	if err := json.Unmarshal(doc, &d); err != nil {
		return Settings{}, fmt.Errorf("settings of tenant %s: %w", id, err)
	}
	s := Settings{
		ID: id, Paused: d.Paused, RetryAfter: d.RetryAfter.of(d.Paused), IdP: d.IdP, Strict: d.Strict, SharedGroupNames: d.SharedGroupNames, UniqueExternalID: d.UniqueExternalID,
		NoPassword: d.NoPassword, SensitiveFilters: d.SensitiveFilters, KeepValues: d.KeepValues, SkipReads: d.SkipReads, NoLog: d.NoLog, LogDays: d.LogDays,
		Limits: d.Limits, Indexed: d.Indexes, Unknown: unknown(doc, d),
	}
	for name, text := range d.Rules {
		rule, err := schema.ParseRule(text)
		if err != nil {
			return s, fmt.Errorf("settings of tenant %s: %s: %w", id, name, err)
		}
		if s.Rules == nil {
			s.Rules = make(map[string]schema.Rule, len(d.Rules))
		}
		s.Rules[name] = rule
	}
	if len(d.Types) == 0 {
		return s, nil
	}
	list, err := json.Marshal(d.Types)
	if err != nil {
		return s, err
	}
	if s.Types, err = schema.Load(schema.File{Name: "types.json", Data: list}); err != nil {
		return s, fmt.Errorf("schemas of tenant %s: %w", id, err)
	}
	return s, nil
}

// documents returns the schemas and resource types that are not built in, schemas first.
func documents(list []*schema.ResourceType) []json.RawMessage {
	builtIn := map[string]bool{schema.URNUser: true, schema.URNGroup: true, schema.URNEnterpriseUser: true}
	var out, types []json.RawMessage
	add := func(s *schema.Schema) {
		if !builtIn[s.ID] {
			builtIn[s.ID] = true // once
			out = append(out, s.AppendJSON(nil, ""))
		}
	}
	for _, rt := range list {
		if rt == schema.UserType() || rt == schema.GroupType() {
			continue
		}
		add(rt.Schema)
		for _, e := range rt.Extensions {
			add(e.Schema)
		}
		types = append(types, rt.AppendJSON(nil, ""))
	}
	return append(out, types...)
}
