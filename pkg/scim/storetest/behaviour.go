package storetest

import "testing"

// Behaviour checks the contract of each method of a Store, and of the optional interfaces that
// it implements.
func Behaviour(t *testing.T, open Open) { Except(t, open, nil) }

// Except is Behaviour for a Store that does not keep all of the contract, such as one over tables that it
// shares with an application. exceptions has the checks that are skipped, by name, each with its reason.
func Except(t *testing.T, open Open, exceptions map[string]string) {
	skipped := 0
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"create and get", createAndGet}, {"replace", replace}, {"versions", versions}, {"index keys move", keysMove},
		{"A-33 unique keys", unique}, {"A-33 a taken key changes nothing", taken}, {"remove", remove},
		{"list in pages", pages}, {"P-04 a page by offset is of now", jump}, {"lookup in pages", lookupPages}, {"every page", everyPage},
		{"members", members}, {"members in pages", memberPages}, {"members only", membersOnly}, {"members of a state", memberState}, {"L-11 clear members", clearMembers},
		{"removal leaves groups", leaves}, {"X-04 removal leaves no edge", noEdges},
		{"L-01 members that do not exist", missing}, {"L-01 members of another type", otherType}, {"L-01 one of many does not exist", missingOfMany},
		{"N-08 tenants read their own", ownReads}, {"N-08 tenants write their own", ownWrites}, {"N-08 no member of another tenant", foreignMember},
		{"N-08 no tenant", noTenant}, {"a call that has ended", ended}, {"resources are not changed", unchanged},
		{"types whose names begin alike", typesAlike}, {"keys that begin alike", keysAlike}, {"L-01 a replacement keeps members", keepsMembers}, {"no ids", noIDs},
		{"unknown resources", unknown}, {"exact", exact}, {"everything in one range", oneRange}, {"large values", large}, {"too large", tooLarge},
		{"GetMany", getMany}, {"with edges", withEdges}, {"nested", nested}, {"ranges", ranges}, {"set keys", setKeys},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if reason := exceptions[c.name]; reason != "" {
				t.Skip(reason)
			}
			c.run(begin(t, open))
		})
		if exceptions[c.name] != "" {
			skipped++
		}
	}
	if skipped < len(exceptions) {
		t.Errorf("%d of %d exceptions name a check", skipped, len(exceptions))
	}
}
