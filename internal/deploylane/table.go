package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// restored makes a table as a restore does, outside every stack, and returns the customer file that names it.
func (l *lane) restored(ctx context.Context, name string) (string, error) {
	if err := dynamo.Create(ctx, l.db, name); err != nil {
		return "", err
	}
	out, err := l.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"table":{"existing":{"name":%q,"streamArn":%q}}}`, name, aws.ToString(out.Table.LatestStreamArn)), nil
}

// data deploys the stack of the table, unless the customer has a table. With fails, the first try fails after the table is
// made; the second must find nothing of it.
func (l *lane) data(ctx context.Context, dir, stack string, fails bool) error {
	file := filepath.Join(dir, stack+".template.json")
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if fails {
		broken, err := impossible(raw)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, broken, 0o600); err != nil {
			return err
		}
		if _, err := l.deploy(ctx, dir, stack, "Create"); err == nil {
			return errors.New("a stack with a resource of no type is complete")
		}
		if err := errors.Join(l.destroy(ctx, stack), os.WriteFile(file, raw, 0o600)); err != nil {
			return err
		}
	}
	_, err = l.deploy(ctx, dir, stack, "Create")
	return err
}

// impossible adds a resource that cannot be made, after all others.
func impossible(template []byte) ([]byte, error) {
	var tree map[string]any
	if err := json.Unmarshal(template, &tree); err != nil {
		return nil, err
	}
	resources, ok := tree["Resources"].(map[string]any)
	if !ok {
		return nil, errors.New("a template without resources")
	}
	var after []string
	for id := range resources {
		after = append(after, id)
	}
	slices.Sort(after)
	resources["Impossible"] = map[string]any{"Type": "AWS::Nowhere::Nothing", "DependsOn": after}
	return json.Marshal(tree)
}

// kept checks that the table outlives the service, and its own stack too.
func (l *lane) kept(ctx context.Context, service, table string) error {
	if err := l.destroy(ctx, service+"-data"); err != nil && !notFound(err) {
		return err
	}
	_, err := l.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		err = fmt.Errorf("the table %s is gone with the stacks: %w", table, err)
	}
	return err
}

// clean removes the stacks and tables of a variation, as far as there are any.
func (l *lane) clean(ctx context.Context, service string) error {
	for _, stack := range []string{service, service + "-data"} {
		if err := l.destroy(ctx, stack); err != nil && !notFound(err) {
			return err
		}
	}
	out, err := l.db.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil {
		return err
	}
	for _, name := range out.TableNames {
		if name != service && !strings.HasPrefix(name, service+"-") {
			continue
		}
		_, err := l.db.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: &name, DeletionProtectionEnabled: aws.Bool(false)})
		if err != nil {
			return err
		}
		if _, err := l.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			return err
		}
	}
	return nil
}
