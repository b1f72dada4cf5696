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

// TestReleaseResult: so does the body of one resource.
func TestReleaseResult(t *testing.T) {
	t.Parallel()
	released := 0
	r := &scim.Result{ID: "1", Body: []byte("{}")}
	r.OnRelease(func() { released++ })
	other := *r
	r.Release()
	r.Release()
	other.Release()
	if released != 1 || r.Body != nil || other.Body != nil || r.ID != "1" {
		t.Errorf("released %d times, and left %+v", released, r)
	}
	plain := &scim.Result{Body: []byte("{}")}
	if plain.Release(); plain.Body != nil {
		t.Errorf("%s", plain.Body)
	}
}
