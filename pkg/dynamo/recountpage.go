package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// recountSize is how many resources a page of a recount reads at a time.
const recountSize = 1000

// recountPage is a range of ids on its way through a recount. It begins and ends between two
// prefixes of ids, so that a row of marks is in one page.
type recountPage struct {
	s     *Store
	name  counterName
	all   bool   // every resource gets a mark, not only those that were created lately
	after string // prefix before the page

	end  string // the last prefix of the page
	last bool   // it is the last page

	resources map[string][]existing // by prefix
	rows      map[string]*markRow   // by sort key
	byPrefix  map[string][]*markRow
	gone      map[string][]string // ids of tombstones, by prefix

	number  int64 // of resources
	changed []*markRow
}

// existing is a resource that exists.
type existing struct {
	id      string
	created int64
}

// afterAll sorts after the characters of ids.
const afterAll = "\U0010FFFF"

func (p *recountPage) read(ctx context.Context) error {
	p.resources, p.rows, p.gone = map[string][]existing{}, map[string]*markRow{}, map[string][]string{}
	p.byPrefix = map[string][]*markRow{}
	if err := p.readResources(ctx); err != nil {
		return err
	}
	t, typ := p.name.tenant, p.name.typ
	err := p.between(ctx, pk(t, "N"), markPrefix+typ+"#", func(it item) {
		if row := newMarkRow(t, stringOf(it, attrSK)); p.has(row.prefix) {
			row.read(it)
			p.rows[row.sk] = row
			p.byPrefix[row.prefix] = append(p.byPrefix[row.prefix], row)
		}
	})
	if err != nil {
		return err
	}
	return p.between(ctx, pk(t, "D"), typ+"#", func(it item) {
		id := strings.TrimPrefix(stringOf(it, attrSK), typ+"#")
		if p.has(idPrefix(id)) {
			p.gone[idPrefix(id)] = append(p.gone[idPrefix(id)], id)
		}
	})
}

// has reports whether ids with a prefix are in the page.
func (p *recountPage) has(prefix string) bool { return prefix > p.after && prefix <= p.end }

// readResources reads until there is a whole prefix, and determines the end of the page.
func (p *recountPage) readResources(ctx context.Context) error {
	in := &dynamodb.QueryInput{TableName: &p.s.table, ConsistentRead: aws.Bool(true), Limit: aws.Int32(recountSize),
		ProjectionExpression: aws.String(attrSK + ", " + attrCreated), KeyConditionExpression: aws.String("PK = :p AND SK > :a"),
		ExpressionAttributeValues: item{":p": str(resourcePK(p.name.tenant, p.name.typ)), ":a": str(p.after + afterAll)}}
	switch {
	case p.after == "":
		in.KeyConditionExpression = aws.String("PK = :p")
		delete(in.ExpressionAttributeValues, ":a")
	case len(p.after) < markIDChars: // it is a whole id
		in.ExpressionAttributeValues[":a"] = str(p.after)
	}
	for {
		out, err := p.s.queryPage(ctx, in)
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			e := existing{stringOf(it, attrSK), numberOf(it, attrCreated)}
			p.resources[idPrefix(e.id)] = append(p.resources[idPrefix(e.id)], e)
		}
		if p.last = len(out.LastEvaluatedKey) == 0; p.last {
			p.end = afterAll
			return nil
		}
		if prefixes := slices.Sorted(maps.Keys(p.resources)); len(prefixes) > 1 {
			partial := prefixes[len(prefixes)-1]
			delete(p.resources, partial)
			p.end = prefixes[len(prefixes)-2]
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// between visits the items of a partition that belong to ids of the page, and a few others.
func (p *recountPage) between(ctx context.Context, partition, kind string, visit func(item)) error {
	return p.s.query(ctx, &dynamodb.QueryInput{TableName: &p.s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":p": str(partition), ":from": str(kind + p.after), ":to": str(kind + p.end + afterAll)}}, visit)
}

// reconcile makes the marks agree with what exists, and counts it. If more rows change than a transaction
// takes, the page ends earlier.
func (p *recountPage) reconcile() {
	prefixes := map[string]bool{}
	for prefix := range p.resources {
		prefixes[prefix] = true
	}
	for prefix := range p.byPrefix {
		prefixes[prefix] = true
	}
	for prefix := range p.gone {
		prefixes[prefix] = true
	}
	before := ""
	for _, prefix := range slices.Sorted(maps.Keys(prefixes)) {
		if len(p.changed) > maxMarkRows-4 {
			p.end, p.last = before, false
			return
		}
		p.reconcilePrefix(prefix)
		before = prefix
	}
}

func (p *recountPage) reconcilePrefix(prefix string) {
	changed := map[*markRow]bool{}
	exists := map[uint64]bool{}
	recently := p.s.o.Now().Add(-markLife).UnixMilli()
	for _, e := range p.resources[prefix] {
		id := markOf(e.id)
		exists[id] = true
		row := p.row(e.id)
		_, known := row.marks[id]
		if (p.all || known || e.created > recently) && row.claim(id) {
			changed[row] = true
		}
	}
	for _, row := range p.byPrefix[prefix] {
		for id, m := range row.marks {
			if m.present && !exists[id] {
				row.disclaim(id)
				changed[row] = true
			}
		}
	}
	for _, id := range p.gone[prefix] {
		row := p.row(id)
		if _, known := row.marks[markOf(id)]; !known && !exists[markOf(id)] {
			row.disclaim(markOf(id))
			changed[row] = true
		}
	}
	p.number += int64(len(exists))
	for row := range changed {
		p.changed = append(p.changed, row)
	}
}

// row returns the row with the mark of an id.
func (p *recountPage) row(id string) *markRow {
	sk := markSK(p.name.typ, id)
	if p.rows[sk] == nil {
		p.rows[sk] = newMarkRow(p.name.tenant, sk)
	}
	return p.rows[sk]
}
