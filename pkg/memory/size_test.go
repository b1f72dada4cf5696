package memory_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// benchUser is user n of `make bench-http` as the engine stores it.
func benchUser(n int) scim.Change {
	name, home, ext := fmt.Sprintf("user%d@corp.example", n), fmt.Sprintf("user%d@home.example", n), fmt.Sprint("ext-user", n)
	document := fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"%[1]s","userName":"%[2]s",`+
		`"name":{"formatted":"Given%[4]d Family%[4]d","familyName":"Family%[4]d","givenName":"Given%[4]d"},"displayName":"Given%[4]d Family%[4]d",`+
		`"title":"Engineer","active":true,"emails":[{"value":"%[2]s","type":"work","primary":true},{"value":"%[3]s","type":"home"}],`+
		`"phoneNumbers":[{"value":"+1-201-%07[4]d","type":"work"}]}`, ext, name, home, n)
	return scim.Change{
		Type: "User", ID: fmt.Sprintf("01900000-%04x-7000-8000-%012x", n>>8, n), Now: time.Now(), Display: fmt.Sprintf("Given%[1]d Family%[1]d", n),
		Put: &scim.Resource{ExternalID: ext, Document: document, Created: time.Now()},
		Keys: []scim.IndexKey{
			{Attr: "externalId", Value: ext}, {Attr: "userName", Value: name, Unique: true},
			{Attr: "displayName", Value: fmt.Sprintf("given%[1]d family%[1]d", n)},
			{Attr: "emails.value", Value: name}, {Attr: "emails.value", Value: home},
		},
	}
}

// shorterUser is user n with as many bytes as most users of a directory: a name and one address.
func shorterUser(n int) scim.Change {
	c := benchUser(n)
	name, ext := fmt.Sprintf("user%d@corp.example", n), fmt.Sprint("ext-user", n)
	c.Put.Document = fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"%[1]s","userName":"%[2]s",`+
		`"name":{"familyName":"Family%[3]d","givenName":"Given%[3]d"},"displayName":"Given%[3]d Family%[3]d",`+
		`"active":true,"emails":[{"value":"%[2]s","type":"work","primary":true}]}`, ext, name, n)
	c.Keys = c.Keys[:len(c.Keys)-1] // it has no second address
	return c
}

// TestSize: what a user takes in the heap, with all indexes: the document, and so much beside it; and in how many
// objects, each of which the garbage collector marks. The feed, which is bounded, is off, or has an entry
// of each user, with a copy of the document and no object.
func TestSize(t *testing.T) { //nolint:paralleltest // it measures the heap
	const users = 20_000
	for name, c := range map[string]struct {
		user           func(n int) scim.Change
		keep           scim.Retention
		beside, object float64
	}{
		"store": {benchUser, scim.Retention{Age: -1}, 195, 1.1}, "store and feed": {benchUser, scim.Retention{Entries: users}, 770, 1.1},
		"shorter users": {shorterUser, scim.Retention{Age: -1}, 195, 1.1},
	} {
		var before, after runtime.MemStats
		id, s, documents := acme(t), memory.NewWith(memory.Options{Feed: c.keep}), 0
		runtime.GC()
		runtime.ReadMemStats(&before)
		for n := range users {
			change := c.user(10_000 + n)
			documents += len(change.Put.Document)
			if _, err := s.Commit(t.Context(), id, change); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
		beside := (float64(after.HeapAlloc) - float64(before.HeapAlloc) - float64(documents)) / users
		object := (float64(after.HeapObjects) - float64(before.HeapObjects)) / users
		t.Logf("%s: a document of %d bytes, %.0f beside it, in %.2f objects", name, documents/users, beside, object)
		if beside > c.beside || object > c.object {
			t.Errorf("%s: %.0f bytes beside the document in %.2f objects, at most %.0f in %.2f", name, beside, object, c.beside, c.object)
		}
	}
}
