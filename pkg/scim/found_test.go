package scim_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestRelease: a page goes back once, whatever the copies of it, and is empty then. One whose Provider does not
// reuse memory can be released, too.
func TestRelease(t *testing.T) {
	t.Parallel()
	released := 0
	f := &scim.Found{Total: 1, Resources: [][]byte{[]byte("{}")}, Joined: []byte("{}")}
	f.OnRelease(func() { released++ })
	other := *f
	f.Release()
	f.Release()
	other.Release()
	if released != 1 || f.Resources != nil || f.Joined != nil || f.Total != 1 {
		t.Errorf("released %d times, and left %+v", released, f)
	}
	plain := &scim.Found{Resources: [][]byte{[]byte("{}")}}
	if plain.Release(); plain.Resources != nil {
		t.Errorf("%s", plain.Resources)
	}
}
