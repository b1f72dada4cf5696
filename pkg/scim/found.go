package scim

// Found is one page of a search. It is the caller's, and stays valid for ever, unless the caller releases it.
type Found struct {
	Total      int // -1 when unknown (cursor mode only)
	StartIndex int
	Resources  [][]byte
	Joined     []byte // Resources with commas between them, if the Provider has them in one buffer; the caller owns it
	Next       string // cursor of the next page, or ""
	CursorMode bool
	Notes      []string // what the page leaves out, for the provisioning log
	Plan       Plan     // how it was found, for the provisioning log

	lease lease
}

// Release gives the memory of Resources and Joined back to the Provider, which uses it for the next page, of any
// tenant: nothing may read them any more, in a copy of the Found neither. It is optional, for a caller that knows
// when that is so, such as a server that has written the page; without it the garbage collector does the same
// later. A second call does nothing. It is not safe for concurrent use.
func (f *Found) Release() {
	f.Resources, f.Joined = nil, nil
	f.lease.end()
}

// OnRelease sets what Release calls, once. It is for a Provider that reuses the memory of its pages.
func (f *Found) OnRelease(release func()) { f.lease = lend(release) }
