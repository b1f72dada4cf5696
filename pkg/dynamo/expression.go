package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Conditions on the existence of an item.
const (
	itemExists = "attribute_exists(" + attrPK + ")"
	itemAbsent = "attribute_not_exists(" + attrPK + ")"
	// notDeleted is a condition on the settings of a tenant that exists.
	notDeleted = itemExists + " AND attribute_not_exists(" + attrDeleted + ")"
)

// expression is one conditional write in DynamoDB's expression language: the clauses of its
// update, the conditions that must all hold, and the placeholders of both. The zero value is a
// write without a condition. Clauses compose, because each keyword is written once.
type expression struct {
	sets, removes, adds, deletes []string
	conditions                   []string
	names                        map[string]string
	values                       item
	returnOld                    bool // a failed condition returns the item as it is
}

// onlyIf is a write under one condition.
func onlyIf(condition string) expression { return expression{conditions: []string{condition}} }

// ifAbsent is a put of an item that must not exist. A failure returns the item that does.
func ifAbsent() expression {
	return expression{conditions: []string{itemAbsent}, returnOld: true}
}

// bind gives a placeholder its value and returns the placeholder.
func (e *expression) bind(placeholder string, v types.AttributeValue) string {
	if e.values == nil {
		e.values = item{}
	}
	e.values[placeholder] = v
	return placeholder
}

// alias gives a reserved word a placeholder and returns the placeholder.
func (e *expression) alias(name string) string {
	if e.names == nil {
		e.names = map[string]string{}
	}
	e.names["#"+name] = name
	return "#" + name
}

func (e *expression) set(attr, operand string) { e.sets = append(e.sets, attr+" = "+operand) }

func (e *expression) require(condition string) { e.conditions = append(e.conditions, condition) }

// update is the UpdateExpression, nil if nothing is updated.
func (e *expression) update() *string {
	var clauses []string
	for _, c := range []struct {
		keyword string
		list    []string
	}{{"SET ", e.sets}, {"REMOVE ", e.removes}, {"ADD ", e.adds}, {"DELETE ", e.deletes}} {
		if len(c.list) > 0 {
			clauses = append(clauses, c.keyword+strings.Join(c.list, ", "))
		}
	}
	if len(clauses) == 0 {
		return nil
	}
	return aws.String(strings.Join(clauses, " "))
}

// condition is the ConditionExpression, nil if there is none.
func (e *expression) condition() *string {
	if len(e.conditions) == 0 {
		return nil
	}
	return aws.String(strings.Join(e.conditions, " AND "))
}

func (e *expression) onFailure() types.ReturnValuesOnConditionCheckFailure {
	if e.returnOld {
		return types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return ""
}

// putAction, updateAction and deleteAction are actions of a transaction.
func (s *Store) putAction(it item, e expression) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it, ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}}
}

func (s *Store) updateAction(k key, e expression) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: &s.table, Key: k.item(), UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}}
}

func (s *Store) deleteAction(k key, e expression) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: k.item(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}}
}

func (s *Store) checkAction(k key, e expression) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &s.table, Key: k.item(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}}
}

// putItem, updateItem and deleteItem write one item, with the errors of writeTries.
func (s *Store) putItem(ctx context.Context, it item, e expression) error {
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}
	return writeTries(ctx, func(watch func(*dynamodb.Options)) error {
		_, err := s.api.PutItem(ctx, in, watch)
		return err
	})
}

// updateItem returns the attributes that returns asks for.
func (s *Store) updateItem(ctx context.Context, k key, e expression, returns types.ReturnValue) (item, error) {
	in := &dynamodb.UpdateItemInput{TableName: &s.table, Key: k.item(), UpdateExpression: e.update(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValues: returns, ReturnValuesOnConditionCheckFailure: e.onFailure()}
	var attributes item
	err := writeTries(ctx, func(watch func(*dynamodb.Options)) error {
		out, err := s.api.UpdateItem(ctx, in, watch)
		if err == nil {
			attributes = out.Attributes
		}
		return err
	})
	return attributes, err
}

func (s *Store) deleteItem(ctx context.Context, k key, e expression) error {
	in := &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.item(), ConditionExpression: e.condition(),
		ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values, ReturnValuesOnConditionCheckFailure: e.onFailure()}
	return writeTries(ctx, func(watch func(*dynamodb.Options)) error {
		_, err := s.api.DeleteItem(ctx, in, watch)
		return err
	})
}

// setOnce sets an attribute unless the item has it.
func (e *expression) setOnce(attr, value string) {
	e.set(attr, "if_not_exists("+attr+", "+value+")")
}
