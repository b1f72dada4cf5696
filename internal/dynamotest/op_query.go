package dynamotest

import (
	"iter"
	"slices"
)

// queryInput are the parameters of Query and Scan.
type queryInput struct {
	legacy
	TableName                 string
	IndexName                 *string
	KeyConditionExpression    *string
	FilterExpression          *string
	ProjectionExpression      *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]value
	ExclusiveStartKey         item
	ScanIndexForward          *bool
	ConsistentRead            bool
	Limit                     *int
	Select                    string
	ReturnConsumedCapacity    string
}

// reading is a checked query or scan.
type reading struct {
	in     *queryInput
	t      *table
	x      *index // nil: the table itself
	rows   *rows
	keys   keySchema
	filter condition
	shown  *projection
}

// newReading checks what Query and Scan have in common. The caller must check env for unused
// placeholders.
func (e *Engine) newReading(in *queryInput, env *exprEnv) (*reading, error) {
	if in.Limit != nil && *in.Limit < 1 {
		return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1", *in.Limit)
	}
	var err error
	r := &reading{in: in}
	if r.filter, err = parseCondition("FilterExpression", in.FilterExpression, env); err != nil {
		return nil, err
	}
	var paths []path
	if r.shown, paths, err = parseProjection(in.ProjectionExpression, env); err != nil {
		return nil, err
	}
	if r.t, err = e.table(in.TableName); err != nil {
		return nil, err
	}
	r.rows, r.keys = r.t.rows, r.t.keys
	if in.IndexName != nil {
		if r.x = r.t.index(*in.IndexName); r.x == nil {
			return nil, invalid("The table does not have the specified index: %s", *in.IndexName)
		}
		if in.ConsistentRead {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
		r.x.catchUp(r.t.writes - e.lag)
		r.rows, r.keys = r.x.rows, r.x.keys
	}
	return r, r.checkSelect(paths)
}

func (r *reading) checkSelect(paths []path) error {
	projected := r.in.ProjectionExpression != nil
	switch r.in.Select {
	case "", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES":
	default:
		return invalid("1 validation error detected: Value '%s' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]", r.in.Select)
	}
	switch {
	case r.in.Select == "SPECIFIC_ATTRIBUTES" && !projected:
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case projected && r.in.Select != "" && r.in.Select != "SPECIFIC_ATTRIBUTES":
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", r.in.Select)
	case r.x == nil && r.in.Select == "ALL_PROJECTED_ATTRIBUTES":
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case r.x != nil && r.in.Select == "ALL_ATTRIBUTES" && r.x.kind != "ALL":
		return invalidParam("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", r.x.name)
	}
	if r.x != nil {
		for _, p := range paths {
			if !r.x.projects(p[0].name) {
				return invalidParam("Global secondary index %s does not project [%s]", r.x.name, p[0].name)
			}
		}
	}
	return nil
}

// startKey returns the key of an entry of the table or index, as LastEvaluatedKey has it.
func (r *reading) startKey(it item) item {
	key := r.t.keys.of(it)
	if r.x != nil {
		for k, v := range r.keys.of(it) {
			key[k] = v
		}
	}
	return key
}

// start returns the position of ExclusiveStartKey, nil without one.
func (r *reading) start() (*row, error) {
	key := r.in.ExclusiveStartKey
	if key == nil {
		return nil, nil
	}
	attrs := r.t.keys.attrs()
	if r.x != nil {
		for _, a := range r.x.keys.attrs() {
			if !slices.Contains(attrs, a) {
				attrs = append(attrs, a)
			}
		}
	}
	if len(key) != len(attrs) {
		return nil, invalid("The provided starting key is invalid")
	}
	for _, a := range attrs {
		if v := key[a.name]; v.t != a.t || v.t != "N" && v.s == "" {
			return nil, invalid("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	tie := ""
	if r.x != nil {
		tie = r.x.tie(key)
	}
	at := place(r.keys, key, tie)
	return &at, nil
}

func (e *Engine) query(in *queryInput, _ Fault) (any, error) {
	env := newEnv(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	err := env.check(optional{"FilterExpression", in.FilterExpression, true},
		optional{"KeyConditionExpression", in.KeyConditionExpression, true},
		optional{"ProjectionExpression", in.ProjectionExpression, false})
	if err != nil {
		return nil, err
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	r, err := e.newReading(in, env)
	if err != nil {
		return nil, err
	}
	span, err := parseKeyCondition(in.KeyConditionExpression, r.keys, env)
	if err != nil {
		return nil, err
	}
	if err := env.unused(); err != nil {
		return nil, err
	}
	if name := keyInFilter(r.filter, r.keys); name != "" {
		return nil, invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
	}
	at, err := r.start()
	if err != nil {
		return nil, err
	}
	if at != nil && (at.part != span.partition.order() || !span.has(at.sort)) {
		return nil, invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	backward := in.ScanIndexForward != nil && !*in.ScanIndexForward
	part := span.partition.order()
	return e.page(r, part, r.rows.walk(part, span.interval, at, backward))
}

func (e *Engine) scan(in *queryInput, _ Fault) (any, error) {
	env := newEnv(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	err := env.check(optional{"FilterExpression", in.FilterExpression, true},
		optional{"ProjectionExpression", in.ProjectionExpression, false})
	if err != nil {
		return nil, err
	}
	r, err := e.newReading(in, env)
	if err != nil {
		return nil, err
	}
	if err := env.unused(); err != nil {
		return nil, err
	}
	at, err := r.start()
	if err != nil {
		return nil, err
	}
	return e.page(r, "", r.rows.all(at))
}

// entry returns an item as the table or index has it.
func (r *reading) entry(p packed) item {
	if r.x != nil {
		return r.x.entry(p.item())
	}
	return p.item()
}

// evaluation is the part of a query that one page covers.
type evaluation struct {
	items           []any // that the filter keeps, projected
	evaluated, kept int
	size            int    // of the evaluated rows
	last            packed // that was evaluated
	more            bool   // the page has a LastEvaluatedKey
}

// evaluate reads rows until the limit or 1 MB. A page that ends at the limit has a key even if
// no row follows.
func (r *reading) evaluate(rows iter.Seq[row]) evaluation {
	p := evaluation{items: []any{}}
	full := func() bool { return r.in.Limit != nil && p.evaluated == *r.in.Limit }
	for row := range rows {
		if full() || p.evaluated > 0 && p.size+row.size > maxPageSize {
			p.more = true
			break
		}
		p.evaluated++
		p.size += row.size
		p.last = row.it
		if r.filter != nil && !r.filter.holds(r.entry(row.it)) {
			continue
		}
		p.kept++
		switch {
		case r.in.Select == "COUNT":
		case r.x == nil || r.x.kind == "ALL":
			p.items = append(p.items, r.shown.shown(row.it))
		default:
			p.items = append(p.items, r.shown.of(r.entry(row.it)))
		}
	}
	p.more = p.more || full()
	return p
}

// page answers with the rows up to the limit or 1 MB, without those that the filter rejects.
// part is the partition that a query reads; a scan reads all, and no key is charged for it.
func (e *Engine) page(r *reading, part string, rows iter.Seq[row]) (any, error) {
	p := r.evaluate(rows)
	used, k := e.newCapacity(), bucketKey{table: r.t.name, part: part}
	if r.x != nil {
		k.index = r.x.name
	}
	if n := units(p.size, readUnit) * readFactor(r.in.ConsistentRead); part != "" {
		used.read(k, n)
	} else {
		used.of(k.table, k.index).read += n
	}
	if err := e.admit(used); err != nil {
		return nil, err
	}
	e.spent(used)
	out := map[string]any{"Count": p.kept, "ScannedCount": p.evaluated}
	if r.in.Select != "COUNT" {
		out["Items"] = p.items
	}
	if p.more {
		out["LastEvaluatedKey"] = r.startKey(r.entry(p.last))
	}
	if c := used.one(r.in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}
