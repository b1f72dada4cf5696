package engine

import (
	"cmp"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// body is one rendered resource, and where its members are.
type body struct {
	json    []byte
	members span
}

// span is a part of a body.
type span struct{ from, to int }

func (s span) size() int { return s.to - s.from }

// cut leaves the members out.
func (b *body) cut() {
	b.json = append(b.json[:b.members.from], b.json[b.members.to:]...)
	b.members = span{}
}

// tooLong is why members are left out of an answer that is too long with them.
const tooLong = "the answer would be too long with them"

// maxAnswer is the length in bytes that an answer of a tenant may have; 0 means no limit.
func (p *core) maxAnswer(t *scim.Tenant) int { return cmp.Or(t.Limits.MaxAnswer, p.o.MaxAnswer) }

// fit leaves the members of the largest groups out of a page that is too long, until it is not. No
// resource is skipped: a client that pages would never see it. It returns the indexes of those
// groups.
func fit(page []body, limit int) (cut []int) {
	total := 0
	for i := range page {
		total += len(page[i].json) + 1
	}
	if limit == 0 || total <= limit {
		return nil
	}
	largest := make([]int, len(page))
	for i := range largest {
		largest[i] = i
	}
	slices.SortStableFunc(largest, func(i, j int) int { return cmp.Compare(page[j].members.size(), page[i].members.size()) })
	for _, i := range largest {
		size := page[i].members.size()
		if total <= limit || size == 0 {
			break
		}
		page[i].cut()
		total -= size
		cut = append(cut, i)
	}
	return cut
}

// fitting is how many resources of a page fit into an answer, at least one: a server may return fewer
// than count (RFC 7644 §3.4.2.4).
func fitting(page []body, limit int) int {
	total := 0
	for i := range page {
		if total += len(page[i].json) + 1; limit > 0 && total > limit && i > 0 {
			return i
		}
	}
	return len(page)
}

// fitted is fit, and the note about it.
func fitted(page []body, limit int, hits []hit) []string {
	cut := fit(page, limit)
	if len(cut) == 0 {
		return nil
	}
	ids := make([]string, len(cut))
	for i, k := range cut {
		ids[i] = hits[k].r.ID
	}
	var b batch
	b.leftOut(ids, tooLong)
	return b.notes
}
