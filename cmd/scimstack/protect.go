package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
)

// setting is a property of the table that a restore does not keep.
type setting struct {
	name, command string
	set           func(context.Context) error
}

// protect sets what a restore does not keep. For an endpoint that does not know an operation, it
// prints the command that does the same.
func (r *restoration) protect(ctx context.Context) error {
	d, err := r.t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.f.table.name})
	if err != nil {
		return fmt.Errorf("table %s: %w", r.f.table.name, err)
	}
	for _, s := range r.settings(d.Table) {
		switch err := s.set(ctx); {
		case err == nil:
			r.say("%s: set", s.name)
		case unsupported(err):
			r.say("%s: not set, because the endpoint cannot do it; run\n  %s", s.name, s.command)
		default:
			r.say("%s: not set: %v; run\n  %s", s.name, err, s.command)
		}
	}
	return r.tags(ctx, d.Table)
}

func (r *restoration) settings(d *types.TableDescription) []setting {
	name, client := r.f.table.name, r.t.client
	update := func(in dynamodb.UpdateTableInput) func(context.Context) error {
		return func(ctx context.Context) error {
			in.TableName = &name
			if _, err := client.UpdateTable(ctx, &in); err != nil {
				return err
			}
			return dynamo.Create(ctx, client, name) // waits until the table is active
		}
	}
	list := []setting{
		{"time to live", "aws dynamodb update-time-to-live --table-name " + name + " --time-to-live-specification Enabled=true,AttributeName=ttl",
			func(ctx context.Context) error { return dynamo.Create(ctx, client, name) }},
		{"point-in-time recovery", "aws dynamodb update-continuous-backups --table-name " + name + " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
			func(ctx context.Context) error {
				_, err := client.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{TableName: &name,
					PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)}})
				return err
			}},
	}
	if !aws.ToBool(d.DeletionProtectionEnabled) {
		list = append(list, setting{"deletion protection", "aws dynamodb update-table --table-name " + name + " --deletion-protection-enabled",
			update(dynamodb.UpdateTableInput{DeletionProtectionEnabled: aws.Bool(true)})})
	}
	if s := d.StreamSpecification; s == nil || !aws.ToBool(s.StreamEnabled) {
		list = append(list, setting{"stream", "aws dynamodb update-table --table-name " + name + " --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES",
			update(dynamodb.UpdateTableInput{StreamSpecification: dynamo.Definition(name).StreamSpecification})})
	}
	return list
}

// tags copies the tags of the old table.
func (r *restoration) tags(ctx context.Context, d *types.TableDescription) error {
	if r.f.old == "" {
		r.say("tags: not copied without --old-table")
		return nil
	}
	old, err := r.t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.f.old})
	if err != nil {
		return fmt.Errorf("--old-table %s: %w", r.f.old, err)
	}
	have, err := r.t.client.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: old.Table.TableArn})
	var own []types.Tag
	if err == nil {
		own = slices.DeleteFunc(have.Tags, func(t types.Tag) bool { return strings.HasPrefix(aws.ToString(t.Key), "aws:") }) // AWS sets them
	}
	if len(own) > 0 {
		_, err = r.t.client.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: d.TableArn, Tags: own})
	}
	if err != nil {
		arn := func(d *types.TableDescription) string { return aws.ToString(d.TableArn) }
		r.say("tags: not copied (%v); run\n  aws dynamodb list-tags-of-resource --resource-arn %s\n  aws dynamodb tag-resource --resource-arn %s --tags …", err, arn(old.Table), arn(d))
		return nil
	}
	r.say("tags: %d copied", len(own))
	return nil
}
