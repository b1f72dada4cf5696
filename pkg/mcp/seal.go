package mcp

import (
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/scimstack/scimstack/internal/sealed"
)

// plan is what is stored under a plan id.
type plan struct {
	Kind    string    `json:"kind"` // kindPlan or kindUndo
	Expires time.Time `json:"expires"`
	Changes []change  `json:"changes"`
	// Digest is that of the rehearsal; applying the plan must have the same effects.
	Digest string `json:"digest,omitempty"`
	Radius radius `json:"radius"`
	Reason string `json:"reason,omitempty"`
}

const (
	kindPlan = "plan"
	kindUndo = "undo"
)

// maxPlan bounds a plan as JSON. Sealed it has about 340 KB; an item of DynamoDB holds 400 KB.
const maxPlan = 256 << 10

// purpose keeps plans apart from the cursors that are sealed with the same key of a tenant.
const purpose = "scimstack mcp plan 2"

// box seals the plans of the caller's tenant.
func (c *call) box() *sealed.Box {
	key := c.Tenant.CursorKey
	if key == [32]byte{} {
		key = c.key
	}
	return sealed.New(key, purpose)
}

// bound is what a sealed plan belongs to: it opens only under the id, for the tenant and the
// principal that it was sealed for.
func (c *call) bound(id string) []byte {
	return []byte(c.Tenant.ID.String() + "\x00" + c.Principal.Subject + "\x00" + id)
}

func (c *call) seal(id string, p *plan) ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	if len(text) > maxPlan {
		return nil, failf(413, codePlanSize, "the plan is larger than %d bytes; split it", maxPlan)
	}
	return []byte(c.box().Seal(text, c.bound(id))), nil
}

func (c *call) unseal(id string, text []byte) (*plan, error) {
	plain, err := c.box().Open(string(text), c.bound(id))
	if err != nil {
		return nil, err
	}
	var p plan
	return &p, json.Unmarshal(plain, &p)
}

// newPlanID makes an id that cannot be guessed.
func newPlanID(kind string) string { return kind + "_" + rand.Text() }
