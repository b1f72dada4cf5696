package histories

import "slices"

// attempts is how many shorter histories are tried, at most.
const attempts = 400

// shrink leaves out requests as long as there is a difference: first half of them at a time, at last each. It returns the
// shortest history that was found, which has one, and that difference.
func shrink(h history, d *difference, differs func(history) *difference) (history, *difference) {
	h.requests = h.requests[:min(d.at+1, len(h.requests))]
	tried := 0
	for size := max(1, len(h.requests)/2); size > 0; {
		removed := false
		for from := 0; from < len(h.requests) && tried < attempts; {
			shorter := h
			shorter.requests = slices.Delete(slices.Clone(h.requests), from, min(from+size, len(h.requests)))
			tried++
			found := differs(shorter)
			if found == nil {
				from += size
				continue
			}
			removed, d = true, found
			h.requests = shorter.requests[:min(found.at+1, len(shorter.requests))]
		}
		if size == 1 && removed && tried < attempts {
			continue // what could not be left out before, perhaps can now
		}
		size /= 2
	}
	return h, d
}
