package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestTableCheck: the built command finds a value of a user who does not exist, changes nothing without --repair, mends it with, and
// shows the value only if it is asked to.
func TestTableCheck(t *testing.T) {
	t.Parallel()
	d := newDeadTable(t)
	d.create(1)
	d.run(0, "acme    1          0       0            0       0", "table", "check")
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err := d.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"),
		Item: map[string]types.AttributeValue{"PK": text("T#acme#X#User.userName"), "SK": text("ghost"), "id": text("never")}})
	if err != nil {
		t.Fatal(err)
	}
	settle := "--settle=1ms"
	for range 2 {
		d.run(1, "acme  left value: User never, userName\n", "table", "check", settle)
		d.run(1, "1 fault: --repair mends what can be mended", "table", "check", settle, "--tenant", "acme")
	}
	d.run(1, `userName "ghost"`, "table", "check", settle, "--values")
	d.run(0, "acme  left value: User never, userName: mended\n", "table", "check", settle, "--repair")
	d.run(0, `"faults": 0`, "table", "check", settle, "-o", "json")
	d.run(1, "there is no tenant globex", "table", "check", "--tenant", "globex")
	d.run(2, `tenant "NOT/a"`, "table", "check", "--tenant", "NOT/a")
}
