package admin

import (
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// namedScope is a scope by its name, in the order of listings.
type namedScope struct {
	name string
	bit  scim.Scope
}

func scopes() []namedScope {
	return []namedScope{
		{"read", scim.Read}, {"write", scim.Write}, {"users", scim.Users}, {"groups", scim.Groups}, {"resources", scim.Resources},
		{"activity", scim.Activity}, {"agent", scim.Agent}, {"events", scim.Events},
	}
}

// ScopeNames are the names of scopes that a token or a client may have. "all" stands for the first five,
// which is what an identity provider needs.
func ScopeNames() []string {
	names := []string{"all"}
	for _, s := range scopes() {
		names = append(names, s.name)
	}
	return names
}

func parseScopes(names []string) (sum scim.Scope, problems []Problem) {
	for _, name := range names {
		bit := scim.Scope(0)
		if name == "all" {
			bit = scim.All
		}
		for _, s := range scopes() {
			if s.name == name {
				bit = s.bit
			}
		}
		if bit == 0 {
			problems = append(problems, Problem{Field: "scopes", Reason: "there is no scope " + strconv.Quote(shortened(name)), Remedy: use(name, ScopeNames())})
		}
		sum |= bit
	}
	if sum == 0 && len(problems) == 0 {
		problems = append(problems, Problem{Field: "scopes", Reason: "it has none", Remedy: "use all, or some of " + strings.Join(ScopeNames(), ", ")})
	}
	return sum, problems
}

// ScopesOf are the names of scopes, in the order of ScopeNames.
func ScopesOf(sum scim.Scope) []string {
	names := []string{}
	for _, s := range scopes() {
		if sum.Has(s.bit) {
			names = append(names, s.name)
		}
	}
	return names
}

// lifeDefault is the life of a credential whose end the caller does not name.
const lifeDefault = 365 * 24 * time.Hour

// lifeMost is the longest life in days: never must be said.
const lifeMost = 10 * 365 * 24 * time.Hour

// expiry reads when a credential ends; the zero time is never.
func (s *Service) expiry(text string) (time.Time, []Problem) {
	now := s.now().UTC()
	switch text {
	case "":
		return now.Add(lifeDefault), nil
	case "never":
		return time.Time{}, nil
	}
	end, err := time.Parse(time.RFC3339, text)
	if d, ok := parseDays(text); ok {
		end, err = now.Add(d), nil
	}
	switch {
	case err != nil:
		return end, []Problem{{Field: "expires", Reason: strconv.Quote(shortened(text)) + " is no end", Remedy: "use a time such as 2030-01-31T00:00:00Z, a duration such as 90d, 1y or 12h, or never"}}
	case !end.After(now):
		return end, []Problem{{Field: "expires", Reason: "it is over already", Remedy: "use a time in the future, or revoke it instead"}}
	case end.After(now.Add(lifeMost)):
		return end, []Problem{{Field: "expires", Reason: "it is more than ten years away", Remedy: "use an earlier time, or say never"}}
	}
	return end.UTC(), nil
}

// parseDays reads a duration of years of 365 days, weeks or days, such as 1y, 2w or 90d, or of hours, minutes and seconds. It
// is not negative.
func parseDays(text string) (time.Duration, bool) {
	for unit, days := range map[string]int{"y": 365, "w": 7, "d": 1} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			n, err := strconv.Atoi(number)
			return time.Duration(n*days) * 24 * time.Hour, err == nil && n >= 0 && n <= 36500/days
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}
