package mcp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// rehearsal is the result of changes that were carried out on an overlay.
type rehearsal struct {
	dry      *overlay.Store
	steps    []step
	raw      []overlay.Effect
	effects  []effect // the same for agents; with the raw values; shown cleans them
	radius   radius
	warnings []string
}

// step is one change with the version that its resource has just before it.
type step struct {
	change change
	rt     *schema.ResourceType
	made   string // placeholder of the resource that a create makes
	match  scim.Match
}

// rehearse carries out changes on an overlay over store, in order and by the rules of the real
// provider. It fails where the real provider would fail.
func (c *call) rehearse(ctx context.Context, store scim.Store, changes []change, most int) (*rehearsal, error) {
	if len(changes) > most {
		return nil, failf(413, codePlanSize, "the plan has %d changes but may affect at most %d resources; split it", len(changes), most)
	}
	r := &rehearsal{dry: overlay.New(store), warnings: []string{}}
	r.dry.Limit = most
	var made string
	p := c.rehearsing(r.dry, func() string { return made })
	for i, ch := range changes {
		s, err := c.prepare(ctx, r.dry, ch, strconv.Itoa(i+1))
		if err != nil {
			return nil, numbered(err, i, len(changes))
		}
		made = s.made
		res, err := c.carryOut(ctx, p, s.rt, &s.change, s.match)
		if err != nil {
			return nil, numbered(err, i, len(changes))
		}
		for _, n := range res.Notes {
			r.warnings = append(r.warnings, fmt.Sprintf("change %d: %s", i+1, cleanText(n)))
		}
		r.steps = append(r.steps, s)
	}
	if err := r.measure(ctx, c.Tenant, most); err != nil {
		return nil, err
	}
	return r, nil
}

// prepare checks a change and binds it to the version of its resource.
func (c *call) prepare(ctx context.Context, dry *overlay.Store, ch change, number string) (step, error) {
	s := step{change: ch}
	var err error
	if s.rt, err = typeNamed(c.Tenant, ch.Type); err != nil {
		return s, err
	}
	// A plan shows stored values, so it needs the scope to read as well.
	if err := errors.Join(ch.check(), c.may(scim.Read|scim.Write, s.rt)); err != nil {
		return s, err
	}
	if ch.Op == opCreate {
		s.made = ch.placeholder(number)
		return s, nil
	}
	now, err := dry.Get(ctx, c.Tenant.ID, s.rt.Name, ch.ID)
	if err != nil {
		return s, err
	}
	if ch.Version != "" && !scim.ParseMatch(ch.Version).Matches(now.Version) {
		return s, scim.ErrVersion
	}
	s.match = scim.ParseMatch(scim.ETag(now.Version))
	return s, nil
}

// numbered adds the number of the change that failed, if there are several.
func numbered(err error, i, n int) error {
	f := *failureOf(err)
	if n > 1 && f.Code != codePlanSize {
		f.Detail = fmt.Sprintf("change %d: %s", i+1, f.Detail)
	}
	return &f
}

// digest identifies what a plan does: its effects with their values and versions.
func (r *rehearsal) digest() (string, error) {
	text, err := json.Marshal(r.effects)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
