package scimstack

import (
	"fmt"
	"net/url"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/oauth"
)

// completed returns the configuration with its defaults, or the first error of it. The URL is needed
// unless nothing but the log is served.
func (c Config) completed(needBase bool) (Config, error) {
	for _, check := range []func(*Config) error{(*Config).checkParts, (*Config).checkStore, (*Config).checkHooks, (*Config).checkLog, (*Config).checkNumbers} {
		if err := check(&c); err != nil {
			return c, err
		}
	}
	if needBase || c.PublicBase != "" {
		if err := c.checkBase(); err != nil {
			return c, err
		}
	}
	c.defaults()
	return c, nil
}

// ConfigError is the error of a configuration that cannot be right.
type ConfigError struct {
	Field  string // of Config
	Reason string // what is wrong, and what to write instead
}

func (e *ConfigError) Error() string { return "scimstack: Config." + e.Field + " " + e.Reason }

func bad(field, format string, args ...any) error {
	return &ConfigError{Field: field, Reason: fmt.Sprintf(format, args...)}
}

// checkParts refuses nil in interfaces, as after an error that was not checked, and the empty values of types that a function must make:
// each request would be a 500, or would wait without an end.
func (c *Config) checkParts() error {
	for _, part := range []struct {
		field string
		value any
	}{{"Store", c.Store}, {"Provider", c.Provider}, {"Tenants", c.Tenants}, {"Log", c.Log}, {"Agents", c.Agents}, {"Telemetry", c.Telemetry}, {"Admin", c.Admin}} {
		v := reflect.ValueOf(part.value)
		switch k := v.Kind(); {
		case (k == reflect.Pointer || k == reflect.Func || k == reflect.Map) && v.IsNil():
			return bad(part.field, "is a nil %T; check the error of the function that made it", part.value)
		case k != reflect.Pointer || !strings.HasPrefix(v.Type().Elem().PkgPath(), "github.com/scimstack/scimstack/"):
		case v.Type().Elem().Size() > 0 && v.Elem().IsZero():
			return bad(part.field, "is an empty %T; make it with New of its package", part.value)
		}
	}
	return nil
}

func (c *Config) checkStore() error {
	switch {
	case c.Store == nil && c.Provider == nil:
		return bad("Store", "is missing; use memory.New() or another scim.Store, or set Provider")
	case c.Tenants == nil:
		return bad("Tenants", "is missing; use tenant.NewMemory() or another tenant.Resolver")
	case c.Provider == nil:
		return nil
	}
	for _, option := range []struct {
		field string
		set   bool
	}{
		{"Before", len(c.Before) > 0}, {"After", len(c.After) > 0}, {"Hash", c.Hash != nil}, {"CursorKey", c.CursorKey != [32]byte{}},
		{"DocumentationURI", c.DocumentationURI != ""}, {"MaxAnswer", c.MaxAnswer != 0},
	} {
		if option.set {
			return bad(option.field, "has no effect on a Provider of your own; give it to that Provider (engine.Options), or set Store instead of Provider")
		}
	}
	return nil
}

func (c *Config) checkHooks() error {
	for i, hook := range c.Before {
		if hook == nil {
			return bad("Before", "has no hook at index %d; leave the element out", i)
		}
	}
	for i, hook := range c.After {
		if hook == nil {
			return bad("After", "has no hook at index %d; leave the element out", i)
		}
	}
	for _, name := range c.Only {
		if name == "" || strings.Contains(name, "/") {
			return bad("Only", `has %q; write the names of endpoints without a slash, such as "Users"`, name)
		}
		if meant := endpointOf(name); meant != name {
			return bad("Only", "has %q, which is no endpoint, so that nothing would be served for it; write %q", name, meant)
		}
	}
	for name, kind := range c.ValueTypes {
		if kind == nil {
			return bad("ValueTypes", "has nil for %q; leave the element out", name)
		}
	}
	return nil
}

// endpointOf is the endpoint that a name means: names of endpoints are case-sensitive here, and not those of resource types. Names of other
// endpoints are those of types of the tenants.
func endpointOf(name string) string {
	for _, e := range [...]string{"Users", "Groups", "Bulk", "Me", "ServiceProviderConfig", "ResourceTypes", "Schemas"} {
		if strings.EqualFold(name, e) || strings.EqualFold(name, strings.TrimSuffix(e, "s")) {
			return e
		}
	}
	return name
}

func (c *Config) checkLog() error {
	switch {
	case c.NoLog && c.Recorder != nil:
		return bad("NoLog", "is set beside Recorder; leave one of them out")
	case c.SkipReads && (c.NoLog || c.Recorder != nil):
		return bad("SkipReads", "has no effect beside NoLog or Recorder; leave it out, or set activity.Options.SkipReads of the Recorder")
	case c.ObserveCauses && c.Observe == nil:
		return bad("ObserveCauses", "is set without Observe, so that the causes of errors would be lost; set Observe, or leave it out")
	}
	return nil
}

func (c *Config) checkNumbers() error {
	switch {
	case c.Timeout < 0:
		return bad("Timeout", "is negative (%s); leave it out for 25 seconds", c.Timeout)
	case c.MaxAnswer < 0:
		return bad("MaxAnswer", "is negative (%d); leave it out for no limit", c.MaxAnswer)
	case c.FlushFor < 0:
		return bad("FlushFor", "is negative (%s); leave it out to write records after the answer", c.FlushFor)
	case c.DocumentationURI == "":
		return nil
	}
	if u, err := url.Parse(c.DocumentationURI); err != nil || !web(u) {
		return bad("DocumentationURI", "%q is not a URL; write one such as https://docs.example.com/scim", c.DocumentationURI)
	}
	return nil
}

// web reports whether a URL is one of a web page. The address that a server listens at, such as :8080, names no host.
func web(u *url.URL) bool {
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || strings.HasSuffix(u.Host, ":") {
		return false
	}
	if u.Port() == "" {
		return true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// checkBase checks PublicBase, and takes Prefix from it.
func (c *Config) checkBase() error {
	const example = "write the URL before the tenant, such as https://app.example.com/scim/v2"
	c.PublicBase = strings.TrimSuffix(c.PublicBase, "/")
	if c.PublicBase == "" {
		return bad("PublicBase", "is missing; %s", example)
	}
	u, err := url.Parse(c.PublicBase)
	if err != nil || !web(u) || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil {
		return bad("PublicBase", "%q is not a plain URL; %s", c.PublicBase, example)
	}
	if u.Path != "" {
		if err := checkPath("PublicBase", u.EscapedPath()); err != nil {
			return err
		}
	}
	if c.Prefix != "" {
		return checkPath("Prefix", c.Prefix)
	}
	if u.Path == "" {
		return bad("PublicBase", "%q has no path; %s, or set Prefix if a gateway adds the path", c.PublicBase, example)
	}
	c.Prefix = u.EscapedPath()
	return nil
}

// checkPath checks that a path is one that requests can have as it is, and no path of another part.
func checkPath(field, p string) error {
	if p[0] != '/' || path.Clean(p) != p || p == "/" || strings.ContainsAny(p, "%?# ") {
		return bad(field, "has %q, which is not a plain path; write one such as /scim/v2, without a slash at the end", p)
	}
	for _, taken := range []string{activityPath, eventsPath, mcpPath, livePath, readyPath, adminPath, strings.TrimSuffix(oauth.Prefix, "/"), "/.well-known"} {
		if p == taken || strings.HasPrefix(p, taken+"/") {
			return bad(field, "has %q, which is a path of the service itself; choose another one, such as /scim/v2", p)
		}
	}
	return nil
}
