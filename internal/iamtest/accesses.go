package iamtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

type value struct{ S string }

// request has the members of all item operations that name a table, an index or a key.
type request struct {
	TableName, IndexName      string
	Key, Item                 map[string]value
	KeyConditionExpression    string
	UpdateExpression          string
	ConditionExpression       string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]value
	RequestItems              map[string]json.RawMessage
	TransactItems             []map[string]request // by kind
}

// leading is the condition key that has the partition keys of a request.
const leading = "dynamodb:LeadingKeys"

// accesses returns what a request of DynamoDB needs. A transaction needs the rights of the actions in
// it, each with its own key.
func accesses(operation string, body []byte) ([]Access, error) {
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, err
	}
	switch operation {
	case "UpdateItem":
		return []Access{update(r)}, nil
	case "GetItem", "DeleteItem":
		return one(operation, r.TableName, r.Key["PK"].S), nil
	case "PutItem":
		return one(operation, r.TableName, r.Item["PK"].S), nil
	case "Query":
		return query(r)
	case "BatchGetItem", "BatchWriteItem":
		return batch(operation, r)
	case "TransactWriteItems":
		return transaction(r)
	}
	return nil, fmt.Errorf("iamtest: unknown operation %s", operation)
}

func one(operation, resource string, keys ...string) []Access {
	return []Access{{Action: "dynamodb:" + operation, Resource: "table/" + resource, Keys: map[string][]string{leading: keys}}}
}

// attributesKey is the condition key that has the attributes which a request names.
const attributesKey = "dynamodb:Attributes"

// notNames are the words of expressions that name no attribute.
var notNames = regexp.MustCompile(`^(SET|REMOVE|ADD|DELETE|AND|OR|NOT|IN|BETWEEN|attribute_exists|attribute_not_exists|if_not_exists|begins_with|contains|size|list_append)$`)

var word = regexp.MustCompile(`[:#]?\w+`)

// update is the access of an UpdateItem, or of an Update in a transaction, with the attributes of its key
// and of its expressions.
func update(r request) Access {
	a := one("UpdateItem", r.TableName, r.Key["PK"].S)[0]
	names := map[string]bool{"PK": true, "SK": true}
	for _, w := range word.FindAllString(r.UpdateExpression+" "+r.ConditionExpression, -1) {
		switch {
		case w[0] == '#':
			names[r.ExpressionAttributeNames[w]] = true
		case w[0] != ':' && !notNames.MatchString(w):
			names[w] = true
		}
	}
	a.Keys[attributesKey] = slices.Sorted(maps.Keys(names))
	return a
}

var partitionEquals = regexp.MustCompile(`^\s*([#\w]+)\s*=\s*(:\w+)`)

func query(r request) ([]Access, error) {
	m := partitionEquals.FindStringSubmatch(r.KeyConditionExpression)
	if m == nil {
		return nil, fmt.Errorf("iamtest: cannot read the key condition %q", r.KeyConditionExpression)
	}
	name, resource, want := m[1], r.TableName, "PK"
	if alias, ok := r.ExpressionAttributeNames[name]; ok {
		name = alias
	}
	if r.IndexName != "" {
		resource, want = r.TableName+"/index/"+r.IndexName, r.IndexName+"PK"
	}
	if name != want {
		return nil, fmt.Errorf("iamtest: the key condition %q does not begin with %s", r.KeyConditionExpression, want)
	}
	return one("Query", resource, r.ExpressionAttributeValues[m[2]].S), nil
}

func batch(operation string, r request) ([]Access, error) {
	var out []Access
	for table, raw := range r.RequestItems {
		var keys []string
		if operation == "BatchGetItem" {
			var part struct{ Keys []map[string]value }
			if err := json.Unmarshal(raw, &part); err != nil {
				return nil, err
			}
			for _, k := range part.Keys {
				keys = append(keys, k["PK"].S)
			}
		} else {
			var part []struct{ PutRequest, DeleteRequest *request }
			if err := json.Unmarshal(raw, &part); err != nil {
				return nil, err
			}
			for _, p := range part {
				if p.PutRequest != nil {
					keys = append(keys, p.PutRequest.Item["PK"].S)
				} else {
					keys = append(keys, p.DeleteRequest.Key["PK"].S)
				}
			}
		}
		out = append(out, one(operation, table, keys...)...)
	}
	return out, nil
}

func transaction(r request) ([]Access, error) {
	var out []Access
	for _, action := range r.TransactItems {
		for kind, part := range action {
			if kind == "Update" {
				out = append(out, update(part))
				continue
			}
			pk := part.Key["PK"].S
			operation := kind + "Item"
			switch kind {
			case "Put":
				pk = part.Item["PK"].S
			case "Delete":
			case "ConditionCheck":
				operation = "ConditionCheckItem"
			default:
				return nil, fmt.Errorf("iamtest: unknown action %s in a transaction", kind)
			}
			out = append(out, one(operation, part.TableName, pk)...)
		}
	}
	return out, nil
}

// arn completes the resource of an access.
func arn(resource string) string {
	return "arn:aws:dynamodb:eu-central-1:111122223333:" + strings.TrimPrefix(resource, "/")
}
