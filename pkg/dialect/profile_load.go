package dialect

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// profileFiles holds one file for each of the providers. No request reads them: a process that
// serves SCIM only does not pay for the texts at its start.
//
//go:embed profiles/*.json
var profileFiles embed.FS

// mustLoad reads an embedded profile. The tests load all of them, so a panic here means that the
// package was built from files that no test has seen.
func mustLoad(name string) Profile {
	p, err := load(profileFiles, name)
	if err != nil {
		panic(err)
	}
	return p
}

// load reads and checks profiles/NAME.json; doc.go describes its members. It fails on members
// that are unknown, duplicate or missing, and on names of signals and normalisers that this
// package does not have.
func load(files fs.FS, name string) (Profile, error) {
	file := "profiles/" + name + ".json"
	data, err := fs.ReadFile(files, file)
	if err != nil {
		return Profile{}, fmt.Errorf("dialect: %w", err)
	}
	p, err := decodeProfile(data)
	if err == nil && p.Name != name {
		err = fmt.Errorf("the name is %q", p.Name)
	}
	if err == nil {
		err = errors.Join(p.checkComplete(), p.checkNames())
	}
	if err != nil {
		return Profile{}, fmt.Errorf("dialect: %s: %w", file, err)
	}
	return p, nil
}

// profileDepth is the deepest nesting in a profile: the object of a mapping, in a list, in the
// profile.
const profileDepth = 3

func decodeProfile(data []byte) (Profile, error) {
	if _, err := schema.DecodeJSON(data, profileDepth); err != nil { // also refuses duplicates
		return Profile{}, err
	}
	var p Profile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return p, d.Decode(&p)
}

// checkComplete reports members that every profile must have.
func (p *Profile) checkComplete() error {
	var errs []error
	for member, value := range map[string]string{
		"title": p.Title, "quirks": p.Quirks, "evidence": p.Evidence, "urlField": p.URLField, "authField": p.AuthField,
	} {
		if value == "" {
			errs = append(errs, fmt.Errorf("%s is missing", member))
		}
	}
	for member, n := range map[string]int{
		"console": len(p.Console), "attributes": len(p.Attributes), "avoid": len(p.Avoid), "limits": len(p.Limits),
	} {
		if n == 0 {
			errs = append(errs, fmt.Errorf("%s is missing", member))
		}
	}
	if (p.Signs == "") != (len(p.Signals) == 0) {
		errs = append(errs, errors.New("signs and signals belong together"))
	}
	return errors.Join(errs...)
}

// checkNames reports signals and normalisers that do not exist.
func (p *Profile) checkNames() error {
	var errs []error
	for _, name := range p.Signals {
		if !slices.ContainsFunc(signals[:], func(s signal) bool { return s.name == name && s.provider == p.Name }) {
			errs = append(errs, fmt.Errorf("%s has no signal %q", p.Name, name))
		}
	}
	all := normalisers()
	for _, name := range p.Normalisers {
		if !slices.ContainsFunc(all, func(n normaliser) bool { return n.Name == name }) {
			errs = append(errs, fmt.Errorf("there is no normaliser %q", name))
		}
	}
	return errors.Join(errs...)
}
