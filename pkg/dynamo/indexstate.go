package dynamo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Attributes of the settings item for the states of the tenant's indexes. They are read with the
// settings, so no request pays for them.
const (
	attrIndexes  = "ix"  // indexDocument
	attrRevision = "ixv" // grows with every write of the item; writers compare it
)

// indexDocument are the states of a tenant's indexes as stored. A tenant without one was made before
// there were states: its indexes count as complete, since the builds of that time had no others.
type indexDocument struct {
	States map[string]storedIndex `json:"states"` // by name, see indexName
	Build  *indexBuild            `json:"build,omitempty"`
}

type storedIndex struct {
	State scim.IndexState `json:"s"`
	Form  string          `json:"f,omitempty"` // see scim.Index
}

// indexBuild is a build of indexes in progress, or one that has left duplicates.
type indexBuild struct {
	Indexes    []string       `json:"indexes"`         // what is built, ascending
	Asked      string         `json:"asked"`           // the same with the forms: another one is another build
	Types      []string       `json:"types,omitempty"` // what is still to be read; the first one at present
	After      string         `json:"after,omitempty"` // the last id that was read
	Since      int64          `json:"since,omitempty"` // ms; when the indexes were asked for
	All        bool           `json:"all,omitempty"`   // complete indexes are verified too
	Read       int            `json:"read,omitempty"`
	Written    int            `json:"written,omitempty"`
	Duplicates map[string]int `json:"dup,omitempty"`     // resources that hold a value without a unique key, by index
	Stopped    bool           `json:"stopped,omitempty"` // everything is read, and duplicates are left
	Owner      string         `json:"by,omitempty"`      // who builds
	Until      int64          `json:"until,omitempty"`   // ms; when another caller may take over
}

// indexName names an index in an indexDocument. No type name contains a slash.
func indexName(n scim.IndexName) string { return n.Type + "/" + n.Attr }

// wantedIndexes are the indexes that settings ask for.
func wantedIndexes(s tenant.Settings) ([]scim.Index, error) {
	s.Indexes = nil
	t, err := s.Tenant()
	if err != nil {
		return nil, err
	}
	return engine.Indexes(t), nil
}

// completeIndexes are the states of a tenant without resources, or of one that was made before there
// were states.
func completeIndexes(wanted []scim.Index) indexDocument {
	d := indexDocument{States: make(map[string]storedIndex, len(wanted))}
	for _, ix := range wanted {
		d.States[indexName(ix.IndexName)] = storedIndex{State: completeState(ix.Unique), Form: ix.Form}
	}
	return d
}

func completeState(unique bool) scim.IndexState {
	if unique {
		return scim.IndexUnique
	}
	return scim.IndexShared
}

// readIndexes returns the stored states of a settings item; ok is false if it has none.
func readIndexes(id scim.TenantID, it item) (d indexDocument, ok bool, err error) {
	b := bytesOf(it, attrIndexes)
	if b == nil {
		return d, false, nil
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return d, false, fmt.Errorf("dynamo: indexes of tenant %s: %w", id, err)
	}
	return d, true, nil
}

// ask brings the states to what is wanted from now on. It reports whether something must be built that
// the build in progress does not build. An index that is not wanted is forgotten at once, and so is
// the uniqueness of one that need not be unique: writers no longer maintain them.
func (d *indexDocument) ask(wanted []scim.Index) (more bool) {
	states := make(map[string]storedIndex, len(wanted))
	for _, ix := range wanted {
		name := indexName(ix.IndexName)
		was, ok := d.States[name]
		switch {
		case !ok || was.Form != ix.Form:
			was = storedIndex{State: scim.IndexBuilding, Form: ix.Form}
		case was.State == scim.IndexUnique && !ix.Unique:
			was.State = scim.IndexShared
		}
		states[name] = was
	}
	d.States = states
	names, asked := d.unfinished(wanted)
	if len(names) == 0 {
		if d.Build != nil && !d.Build.All {
			d.Build = nil
		}
		return false
	}
	return d.Build == nil || d.Build.Asked != asked
}

// unfinished names the wanted indexes that are not complete, ascending, and describes what they are to
// become.
func (d *indexDocument) unfinished(wanted []scim.Index) (names []string, asked string) {
	var described []string
	for _, ix := range wanted {
		name := indexName(ix.IndexName)
		was := d.States[name]
		complete := was.State == scim.IndexUnique || was.State == scim.IndexShared && !ix.Unique
		if was.Form != ix.Form || !complete {
			names = append(names, name)
			described = append(described, fmt.Sprintf("%s %s %s", name, completeState(ix.Unique), ix.Form))
		}
	}
	slices.Sort(names)
	slices.Sort(described)
	return names, strings.Join(described, ", ")
}

// indexes are the states as a Provider uses them: nil if everything wanted is complete, which is the
// fast case.
func (d *indexDocument) indexes(wanted []scim.Index) scim.Indexes {
	if names, _ := d.unfinished(wanted); len(names) == 0 {
		return nil
	}
	x := make(scim.Indexes, len(wanted))
	for _, ix := range wanted {
		if was := d.States[indexName(ix.IndexName)]; was.Form == ix.Form && was.State != "" {
			x[ix.IndexName] = was.State
		}
	}
	return x
}

// begin starts a build of what is unfinished. since is when the last of it was asked for.
func (d *indexDocument) begin(wanted []scim.Index, since int64, all bool) {
	names, asked := d.unfinished(wanted)
	b := &indexBuild{Indexes: names, Asked: asked, Since: since, All: all}
	for _, ix := range wanted {
		if (all || slices.Contains(names, indexName(ix.IndexName))) && !slices.Contains(b.Types, ix.Type) {
			b.Types = append(b.Types, ix.Type)
		}
	}
	slices.Sort(b.Types)
	d.Build = b
}

// finish notes that every resource has been read.
func (d *indexDocument) finish(wanted []scim.Index) {
	b := d.Build
	for _, ix := range wanted {
		name := indexName(ix.IndexName)
		if b.All || slices.Contains(b.Indexes, name) {
			d.States[name] = storedIndex{State: completeState(ix.Unique && b.Duplicates[name] == 0), Form: ix.Form}
		}
	}
	if len(b.Duplicates) == 0 {
		d.Build = nil
		return
	}
	next := &indexBuild{Since: b.Since, Read: b.Read, Written: b.Written, Duplicates: b.Duplicates, Stopped: true}
	next.Indexes, next.Asked = d.unfinished(wanted)
	d.Build = next
}
