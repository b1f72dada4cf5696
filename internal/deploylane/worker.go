package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// worker reads a bus as a customer's worker does: a rule puts its events into a queue.
type worker struct {
	*cloud
	bus, queue string          // name, URL
	arrived    map[string]bool // by detail-type
}

const workerName = "lane-worker"

// worker makes the rule and the queue. The caller must remove them, because a bus with a rule cannot be deleted.
func (c *cloud) worker(ctx context.Context, bus string) (*worker, error) {
	w := &worker{cloud: c, bus: bus, arrived: map[string]bool{}}
	raw, err := c.json(ctx, "sqs", "AmazonSQS.CreateQueue", fmt.Sprintf(`{"QueueName":%q}`, workerName))
	if err != nil {
		return nil, err
	}
	var made struct {
		QueueURL string `json:"QueueUrl"`
	}
	if err := json.Unmarshal(raw, &made); err != nil {
		return nil, err
	}
	w.queue = made.QueueURL
	rule := fmt.Sprintf(`{"Name":%q,"EventBusName":%q,"EventPattern":"{\"source\":[\"scimstack\"]}"}`, workerName, bus)
	if _, err := c.json(ctx, "events", "AWSEvents.PutRule", rule); err != nil {
		return nil, errors.Join(err, w.remove(ctx))
	}
	target := fmt.Sprintf(`{"Rule":%q,"EventBusName":%q,"Targets":[{"Id":"queue","Arn":"arn:aws:sqs:%s:%s:%s"}]}`, workerName, bus, region, account, workerName)
	if _, err := c.json(ctx, "events", "AWSEvents.PutTargets", target); err != nil {
		return nil, errors.Join(err, w.remove(ctx))
	}
	return w, nil
}

// receive takes what is in the queue.
func (w *worker) receive(ctx context.Context) error {
	raw, err := w.json(ctx, "sqs", "AmazonSQS.ReceiveMessage", fmt.Sprintf(`{"QueueUrl":%q,"MaxNumberOfMessages":10}`, w.queue))
	if err != nil {
		return err
	}
	var got struct {
		Messages []struct{ Body, ReceiptHandle string }
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	for _, m := range got.Messages {
		var e struct {
			Source string                `json:"source"`
			Type   string                `json:"detail-type"`
			Detail struct{ Type string } `json:"detail"`
		}
		if err := json.Unmarshal([]byte(m.Body), &e); err != nil || e.Source != "scimstack" || e.Type != e.Detail.Type {
			return fmt.Errorf("an event of the bus: %w %s", err, m.Body)
		}
		w.arrived[e.Type] = true
		if _, err := w.json(ctx, "sqs", "AmazonSQS.DeleteMessage", fmt.Sprintf(`{"QueueUrl":%q,"ReceiptHandle":%q}`, w.queue, m.ReceiptHandle)); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the rule and the queue.
func (w *worker) remove(ctx context.Context) error {
	_, first := w.json(ctx, "events", "AWSEvents.RemoveTargets", fmt.Sprintf(`{"Rule":%q,"EventBusName":%q,"Ids":["queue"]}`, workerName, w.bus))
	_, second := w.json(ctx, "events", "AWSEvents.DeleteRule", fmt.Sprintf(`{"Name":%q,"EventBusName":%q}`, workerName, w.bus))
	_, third := w.json(ctx, "sqs", "AmazonSQS.DeleteQueue", fmt.Sprintf(`{"QueueUrl":%q}`, w.queue))
	return errors.Join(first, second, third)
}
