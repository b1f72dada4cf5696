package dynamotest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

const arnPrefix = "arn:aws:dynamodb:us-east-1:000000000000:table/"

// keyElement is an element of a KeySchema.
type keyElement struct{ AttributeName, KeyType string }

// attrDefinition is the type of a key attribute.
type attrDefinition struct{ AttributeName, AttributeType string }

// indexInput is a secondary index of CreateTable.
type indexInput struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            *projectionInput
	ProvisionedThroughput json.RawMessage `json:",omitempty"`
}

type projectionInput struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

// streamSpec is the StreamSpecification of a table.
type streamSpec struct {
	StreamEnabled  bool
	StreamViewType string `json:",omitempty"`
}

// createInput are the parameters of CreateTable.
type createInput struct {
	TableName              string
	AttributeDefinitions   []attrDefinition
	KeySchema              []keyElement
	GlobalSecondaryIndexes []indexInput
	LocalSecondaryIndexes  []indexInput
	BillingMode            string
	ProvisionedThroughput  json.RawMessage
	StreamSpecification    *streamSpec
}

var tableNames = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// createTable creates a table that is active at once.
func (e *Engine) createTable(in *createInput, _ Fault) (any, error) {
	if !tableNames.MatchString(in.TableName) {
		return nil, invalid("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	if e.tables[in.TableName] != nil {
		return nil, newError(dynamoNS+"ResourceInUseException", "Table already exists: "+in.TableName)
	}
	if len(in.LocalSecondaryIndexes) > 0 {
		return nil, notModelled("local secondary indexes")
	}
	if in.BillingMode != "PAY_PER_REQUEST" && in.ProvisionedThroughput == nil {
		return nil, invalidParam("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	t := &table{name: in.TableName, rows: newRows(), made: e.now(), in: in}
	unused := map[string]string{}
	for _, d := range in.AttributeDefinitions {
		unused[d.AttributeName] = d.AttributeType
	}
	types := maps.Clone(unused)
	var err error
	if t.keys, err = schemaOf(in.KeySchema, types, unused); err != nil {
		return nil, err
	}
	for _, x := range in.GlobalSecondaryIndexes {
		if err := t.addIndex(x, types, unused); err != nil {
			return nil, err
		}
	}
	if len(unused) > 0 {
		return nil, invalidParam("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	if s := in.StreamSpecification; s != nil && s.StreamEnabled {
		if t.stream, err = newStream(t.name, s.StreamViewType, t.made); err != nil {
			return nil, err
		}
	}
	e.tables[t.name] = t
	return map[string]any{"TableDescription": t.describe()}, nil
}

// schemaOf returns a key schema and removes its attributes from unused.
func schemaOf(in []keyElement, types, unused map[string]string) (keySchema, error) {
	var k keySchema
	if len(in) < 1 || len(in) > 2 || in[0].KeyType != "HASH" || len(in) == 2 && in[1].KeyType != "RANGE" {
		return k, invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type, or a second one is not a RANGE key type")
	}
	attrs := make([]keyAttr, len(in))
	for i, el := range in {
		t, ok := types[el.AttributeName]
		if !ok {
			return k, invalidParam("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s]", el.AttributeName)
		}
		if t != "S" && t != "N" && t != "B" {
			return k, invalid("1 validation error detected: Value '%s' at 'attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]", t)
		}
		delete(unused, el.AttributeName)
		attrs[i] = keyAttr{el.AttributeName, t}
	}
	k.partition = attrs[0]
	if len(attrs) == 2 {
		if k.sort = attrs[1]; k.sort.name == k.partition.name {
			return k, invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
	}
	return k, nil
}

func (t *table) addIndex(in indexInput, types, unused map[string]string) error {
	keys, err := schemaOf(in.KeySchema, types, unused)
	switch {
	case err != nil:
		return err
	case !tableNames.MatchString(in.IndexName):
		return invalid("Invalid table/index name. Index name: %q", in.IndexName)
	case t.index(in.IndexName) != nil:
		return invalidParam("Duplicate index name: %s", in.IndexName)
	case in.Projection == nil || !slices.Contains([]string{"ALL", "KEYS_ONLY", "INCLUDE"}, in.Projection.ProjectionType):
		return invalidParam("Unknown ProjectionType")
	case (in.Projection.ProjectionType == "INCLUDE") != (len(in.Projection.NonKeyAttributes) > 0):
		return invalidParam("NonKeyAttributes go with ProjectionType INCLUDE")
	}
	t.indexes = append(t.indexes, &index{name: in.IndexName, keys: keys, table: t.keys,
		kind: in.Projection.ProjectionType, include: in.Projection.NonKeyAttributes, rows: newRows()})
	return nil
}

// describe returns the TableDescription.
func (t *table) describe() map[string]any {
	d := map[string]any{
		"TableName": t.name, "TableArn": arnPrefix + t.name, "TableStatus": "ACTIVE",
		"CreationDateTime":     t.made.Unix(),
		"AttributeDefinitions": t.in.AttributeDefinitions, "KeySchema": t.in.KeySchema,
		"ItemCount": t.rows.len(), "TableSizeBytes": t.rows.size,
		"ProvisionedThroughput": map[string]any{"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0},
	}
	if t.in.BillingMode != "" {
		d["BillingModeSummary"] = map[string]any{"BillingMode": t.in.BillingMode}
	}
	var indexes []map[string]any
	for i, x := range t.indexes {
		in := t.in.GlobalSecondaryIndexes[i]
		indexes = append(indexes, map[string]any{
			"IndexName": x.name, "KeySchema": in.KeySchema, "Projection": in.Projection, "IndexStatus": "ACTIVE",
			"IndexArn":  arnPrefix + t.name + "/index/" + x.name,
			"ItemCount": x.rows.len(), "IndexSizeBytes": x.rows.size,
		})
	}
	if indexes != nil {
		d["GlobalSecondaryIndexes"] = indexes
	}
	if t.stream != nil {
		d["StreamSpecification"] = t.in.StreamSpecification
		d["LatestStreamArn"], d["LatestStreamLabel"] = t.stream.arn, t.stream.label
	}
	return d
}

// tableInput are the parameters of operations that take only a table name.
type tableInput struct{ TableName string }

func (e *Engine) describeTable(in *tableInput, _ Fault) (any, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, errTable(in.TableName, err)
	}
	return map[string]any{"Table": t.describe()}, nil
}

func (e *Engine) deleteTable(in *tableInput, _ Fault) (any, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, errTable(in.TableName, err)
	}
	delete(e.tables, t.name)
	d := t.describe()
	d["TableStatus"] = "DELETING"
	return map[string]any{"TableDescription": d}, nil
}

// errTable is the error of operations on a table that does not exist.
func errTable(name string, err error) error {
	if name == "" {
		return err
	}
	return errNotFound(fmt.Sprintf("Table: %s not found", name))
}

// listInput are the parameters of ListTables.
type listInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

func (e *Engine) listTables(in *listInput, _ Fault) (any, error) {
	limit := 100
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > 100 {
			return nil, invalid("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100", limit)
		}
	}
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(e.tables)) {
		if name > in.ExclusiveStartTableName {
			names = append(names, name)
		}
	}
	out := map[string]any{"TableNames": names}
	if len(names) > limit {
		out["TableNames"], out["LastEvaluatedTableName"] = names[:limit], names[limit-1]
	}
	return out, nil
}
