package dynamo_test

import (
	"fmt"
	"strings"
)

const costIntro = `# What an operation costs

Measured through the AWS SDK over the whole HTTP path, on a model of DynamoDB that bills as the
service does. RT are round trips one after another (those made at the same time count once), RRU
and WRU are request units. Users have 1.5 KB as stored; token and settings of the tenant are in
the cache, which costs 1 RT and 2 RRU a minute. *Floor* is the least that DynamoDB allows for the
semantics, *ratio* compares the price of the units.

This page is generated: ` + "`go test ./pkg/dynamo -run TestCost -update`" + `. The same test fails when an
operation gets dearer.

| operation | RT | RRU | WRU | floor | ratio |
|---|--:|--:|--:|---|--:|
`

const costOutro = `
Where we pay more than the floor, and for what:

- **A look-up by value** reads an index item in the table and then the resource. A copy of every
  resource per index would save the second read and cost 2 WRU more on each write.
- **A list page** reads its bookmark (where the page begins, and the total) and leaves one for the
  next page. So the hundredth page costs what the second does.
- **A delete** leaves a tombstone (2 WRU), and looks for groups and for people reporting to the
  user (1.5 RRU).
- **Members of a group** are read between two reads of the group itself: no answer mixes two
  states.
- **A member that is added again** is found by a condition that fails, which is billed like the
  write. Reading the edge first would cost every real addition more.
- **More than some 90 edges at once** are written in stages: lease, edges, switch. Existing edges
  are read first, so that those that are there already cost no write.
`

// document makes docs/reference/cost.md of the golden file.
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
	return b.String() + costOutro
}
