package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// description is what CloudFormation says about a stack.
type description struct {
	Status  string `xml:"DescribeStacksResult>Stacks>member>StackStatus"`
	Reason  string `xml:"DescribeStacksResult>Stacks>member>StackStatusReason"`
	Outputs []struct {
		Key   string `xml:"OutputKey"`
		Value string `xml:"OutputValue"`
	} `xml:"DescribeStacksResult>Stacks>member>Outputs>member"`
}

func (d description) output(key string) string {
	for _, o := range d.Outputs {
		if o.Key == key {
			return o.Value
		}
	}
	return ""
}

func (c *cloud) describe(ctx context.Context, stack string) (description, error) {
	var d description
	raw, err := c.formation(ctx, "DescribeStacks", "StackName", stack)
	if err != nil {
		return d, err
	}
	return d, xml.Unmarshal(raw, &d)
}

// await waits until a stack is complete. A deleted stack may be gone.
func (c *cloud) await(ctx context.Context, stack, want string) (description, error) {
	for {
		d, err := c.describe(ctx, stack)
		switch {
		case notFound(err) && want == "DELETE_COMPLETE":
			return d, nil
		case err != nil:
			return d, err
		case d.Status == want:
			return d, nil
		case !strings.HasSuffix(d.Status, "_IN_PROGRESS"):
			return d, fmt.Errorf("%s is %s instead of %s: %s%s", stack, d.Status, want, d.Reason, c.failures(ctx, stack))
		}
		select {
		case <-ctx.Done():
			return d, fmt.Errorf("%s is still %s: %w", stack, d.Status, ctx.Err())
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// failures returns the events of a stack that failed.
func (c *cloud) failures(ctx context.Context, stack string) string {
	var events struct {
		Events []struct {
			ID     string `xml:"LogicalResourceId"`
			Status string `xml:"ResourceStatus"`
			Reason string `xml:"ResourceStatusReason"`
		} `xml:"DescribeStackEventsResult>StackEvents>member"`
	}
	raw, err := c.formation(ctx, "DescribeStackEvents", "StackName", stack)
	if err != nil || xml.Unmarshal(raw, &events) != nil {
		return ""
	}
	out := ""
	for _, e := range events.Events {
		if strings.HasSuffix(e.Status, "_FAILED") {
			out += fmt.Sprintf("\n  %s %s: %s", e.ID, e.Status, e.Reason)
		}
	}
	return out
}

// deploy creates a stack, or updates it, from the templates of a folder.
func (c *cloud) deploy(ctx context.Context, dir, stack, action string) (description, error) {
	template, err := c.publish(ctx, dir, stack)
	if err != nil {
		return description{}, err
	}
	if _, err := c.formation(ctx, action+"Stack", "StackName", stack, "TemplateURL", template, "Capabilities.member.1", "CAPABILITY_NAMED_IAM"); err != nil {
		return description{}, err
	}
	return c.await(ctx, stack, strings.ToUpper(action)+"_COMPLETE")
}

// destroy deletes a stack.
func (c *cloud) destroy(ctx context.Context, stack string) error {
	if _, err := c.formation(ctx, "DeleteStack", "StackName", stack); err != nil {
		return err
	}
	_, err := c.await(ctx, stack, "DELETE_COMPLETE")
	return err
}
