package dynamotest

import (
	"errors"
	"strings"
)

// table returns a table by its name or its ARN.
func (e *Engine) table(name string) (*table, error) {
	if name == "" {
		return nil, invalid("1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null")
	}
	if t := e.tables[tableName(name)]; t != nil {
		return t, nil
	}
	return nil, errNotFound("")
}

// tableName returns the name at the end of an ARN, or the name itself.
func tableName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func isCondition(err error) bool {
	var api *apiError
	return errors.As(err, &api) && strings.HasSuffix(api.typ, "#ConditionalCheckFailedException")
}

// getInput are the parameters of GetItem and of the actions of TransactGetItems.
type getInput struct {
	legacy
	TableName                string
	Key                      item
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
	ConsistentRead           bool
	ReturnConsumedCapacity   string
}

// newGet checks everything in a read except its key.
func (e *Engine) newGet(in *getInput) (*table, *projection, error) {
	env := newEnv(in.ExpressionAttributeNames, nil)
	if err := env.check(optional{"ProjectionExpression", in.ProjectionExpression, false}); err != nil {
		return nil, nil, err
	}
	shown, _, err := parseProjection(in.ProjectionExpression, env)
	if err != nil {
		return nil, nil, err
	}
	if err := env.unused(); err != nil {
		return nil, nil, err
	}
	t, err := e.table(in.TableName)
	return t, shown, err
}

func (e *Engine) getItem(in *getInput, _ Fault) (any, error) {
	t, shown, err := e.newGet(in)
	if err != nil {
		return nil, err
	}
	if err := t.keys.checkKey(in.Key); err != nil {
		return nil, err
	}
	used, found := e.newCapacity(), t.row(in.Key)
	used.read(t.bucketKey(in.Key), units(found.size, readUnit)*readFactor(in.ConsistentRead))
	if err := e.admit(used); err != nil {
		return nil, err
	}
	e.spent(used)
	out := map[string]any{}
	if found.it != "" {
		out["Item"] = shown.shown(found.it)
	}
	if c := used.one(in.ReturnConsumedCapacity); c != nil {
		out["ConsumedCapacity"] = c
	}
	return out, nil
}
