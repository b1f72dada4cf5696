package dynamo_test

import (
	"fmt"
	"os"
	"strings"
)

const costIntro = `# What an operation costs

These figures are measured through the AWS SDK over the whole HTTP path, on a model of DynamoDB
that bills as the service does. RT is the number of round trips in sequence; requests at the same
time count once. RRU and WRU are read and write request units. A stored user has 1.5 KB. The
tenant's token and settings are in the cache, which costs 1 RT and 2 RRU per minute, and so is whether it
has a large group, which costs 0.5 RRU per minute. A group of 10,000 members is large. *Floor* is the
minimum that DynamoDB allows for the operation. *Ratio* compares the price of the units with the
floor.

This page is generated: ` + "`go test ./pkg/dynamo -run TestCost -update`" + `. The same test fails if an
operation becomes more expensive.

| operation | RT | RRU | WRU | floor | ratio |
|---|--:|--:|--:|---|--:|
`

const costOutro = `
These operations cost more than the floor:

- **A look-up by value** reads an index item and then the resource. A copy of every resource in
  each index would save the second read, but cost 2 WRU more on each write.
- **A list page** reads its bookmark (where the page begins, and the total) and writes one for the
  next page. Therefore the hundredth page costs the same as the second.
- **A page in the order of an index** reads the resources one by one (0.5 RRU each up to 4 KB), where a page in the order of ids
  reads them together. It looks for values that are kept as hashes (1 RRU, at the same time), and the total is read before it.
- **A page by cursor of a filter without an index** reads resources in the order of ids, twice the page at a time, until it is full:
  where one user in two matches, 400 for a page of 100. A range of ` + "`meta.created`" + ` begins and ends at a time (and a minute around it).
- **A delete** writes a tombstone (2 WRU), and reads the user's groups and the users whose manager
  is the user (1.5 RRU).
- **Members of a group** are read between two reads of the group itself, so that an answer never
  mixes two states.
- **A member that is already in the group** is found by a condition that fails, which is billed as
  a write, together with the check of the member. Reading the edge first would make every real addition more expensive.
- **A new member** is checked in the transaction that adds it: a condition on the member's item is
  billed like a write of the item, 2 WRU per KB of it. Without it, a user who is deleted at the same
  moment would stay in the group.
- **More than about 50 new members, or 90 removed ones,** are a staged write: lease, edges, check,
  switch. Existing edges are read first, so that they cost no write. Members are read again before
  the switch, for the same reason as above.
- **A staged write** also writes who joins and leaves for the feed, 500 members in an item (ADR 0030): 2 % of its units.
- **Whether a user is in a group** reads the group item too (1 RRU), which says where the edge is.
- **A large group** has its edges in three partitions, and so have its entries in the index of members
  (ADR 0028). In a tenant that has one, the groups of a user are read in two partitions of the index instead
  of one, and those of a page in three: 0.5 RRU for each, at the same time. Other tenants pay nothing.
- **A group that becomes large** moves two of three edges once: 2 WRU in the table and 2 in the index for each,
  and as much when the old ones are deleted.
`

const costStream = `
## The stream function

It follows each change: it keeps the counters, finishes what was interrupted, and writes the feed of changes. These are its
figures for one invocation with a user of 1.5 KB. *Feed* is the part of them that ` + "`\"feedDays\": 0`" + ` saves. Its
transactions are billed twice, as all are; many records in one batch share them.

| what | RT | RRU | WRU | feed: RT | RRU | WRU |
|---|--:|--:|--:|--:|--:|--:|
`

// streamRows returns the rows of what the stream function does.
func streamRows() string {
	golden, err := os.ReadFile("testdata/cost-stream.golden")
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(golden)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		fmt.Fprintf(&b, "| %s", f[0])
		for _, figures := range f[1:] {
			var trips, reads, writes float64
			if _, err := fmt.Sscanf(figures, "%g RT %g RRU %g WRU", &trips, &reads, &writes); err != nil {
				panic(err)
			}
			fmt.Fprintf(&b, " | %g | %g | %g", trips, reads, writes)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

const costLog = `
## The provisioning log and the counts of health

The log is written after the answer, or while it is sent; its records and counts are not part of the
operations above. A record is one item, and one more for each resource that it concerns. Counts are
one update for each batch of records: on Lambda for each request, in one process for each 25. Without
records of reads (` + "`skipReads`" + `), reads are counted with the next record, or after some minutes.

| what | RT | RRU | WRU |
|---|--:|--:|--:|
`

// logRows returns the rows of the golden file of package dynamolog.
func logRows() string {
	golden, err := os.ReadFile("../activity/dynamolog/testdata/cost.golden")
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(golden)) {
		name, figures, _ := strings.Cut(strings.TrimSpace(line), "\t")
		var trips, reads, writes float64
		if _, err := fmt.Sscanf(figures, "%g RT %g RRU %g WRU", &trips, &reads, &writes); err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "| %s | %g | %g | %g |\n", name, trips, reads, writes)
	}
	return b.String()
}

// document returns docs/reference/cost.md for the golden file.
func document(golden string) string {
	var b strings.Builder
	b.WriteString(costIntro)
	for line := range strings.Lines(golden) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		var trips, reads, writes float64
		if _, err := fmt.Sscanf(f[1], "%g RT %g RRU %g WRU", &trips, &reads, &writes); err != nil {
			panic(err) // we wrote it
		}
		fmt.Fprintf(&b, "| %s | %g | %g | %g | %s | %s |\n", f[0], trips, reads, writes, f[2], f[3])
	}
	return b.String() + costOutro + costStream + streamRows() + costLog + logRows()
}
