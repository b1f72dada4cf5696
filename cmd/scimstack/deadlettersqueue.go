package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

// queue is a queue of Amazon SQS whose messages this process has received. Each is hidden from other
// readers until release, and at most for hiddenFor.
type queue struct {
	client  *sqs.Client
	address string
	hidden  int               // messages that other readers have received
	held    map[string]string // receipt handle by message
}

// hiddenFor is how long messages stay hidden if this process is killed. It is only to receive each of
// them once: to replay one twice is harmless.
var hiddenFor = 60 * time.Second //nolint:gochecknoglobals // tests wait for less

// openQueue returns the queue at a URL. It fails if there is none, or if reading it could lose messages.
func openQueue(ctx context.Context, address string, t *table) (*queue, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") == "" {
		return nil, usagef("--queue %q is not the URL of a queue; the stack's output DeadLetters is one, as https://sqs.eu-central-1.amazonaws.com/111122223333/…", address)
	}
	if err := reach(ctx, "--queue", address); err != nil {
		return nil, err
	}
	o := t.client.Options()
	q := &queue{address: address, held: map[string]string{}, client: sqs.New(sqs.Options{
		Region: queueRegion(u.Hostname(), o.Region), BaseEndpoint: aws.String(u.Scheme + "://" + u.Host), Credentials: o.Credentials,
	})}
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &address, AttributeNames: []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible, types.QueueAttributeNameRedrivePolicy,
	}})
	if err != nil {
		return nil, q.failure(err)
	}
	if policy := out.Attributes[string(types.QueueAttributeNameRedrivePolicy)]; policy != "" {
		return nil, fmt.Errorf("the queue has a redrive policy (%s), so that each look at a message brings it nearer to another queue; remove the policy, or correct --queue", policy)
	}
	q.hidden, _ = strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)]) // approximate
	return q, nil
}

// queueRegion is the region of a queue's host, sqs.<region>.amazonaws.com, or the one that is configured.
func queueRegion(host, configured string) string {
	if parts := strings.Split(host, "."); len(parts) > 3 && parts[0] == "sqs" && parts[2] == "amazonaws" {
		return parts[1]
	}
	return configured
}

// letters receives all messages of the queue, oldest first. They stay hidden until release. If an answer of
// the queue is lost, its messages are hidden as well, though no reader has them: then letters waits for them.
func (q *queue) letters(ctx context.Context, waiting func()) (all []letter, err error) {
	var until time.Time // when the messages of lost answers are visible again
	again := 0          // messages without a new one among them
	for faults := 0; ; {
		asked := time.Now()
		out, err := q.receive(ctx)
		if err != nil {
			switch faults++; {
			case !answerLost(err):
				return nil, q.failure(err)
			case faults > maxFaults:
				return nil, fmt.Errorf("%d answers of the queue %s were lost: %w", faults, q.address, err)
			case faults == 1:
				waiting()
			}
			until = time.Now().Add(hiddenFor)
			continue
		}
		news := q.hold(out.Messages)
		all = append(all, news...)
		if again += len(out.Messages); len(news) > 0 {
			again = 0
		}
		switch {
		case len(news) > 0:
		case len(out.Messages) > 0 && again < 10*len(q.held): // they were hidden for their time, and are again; others come after them
		case asked.Before(until):
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		default:
			slices.SortStableFunc(all, func(a, b letter) int { return a.failed.Compare(b.failed) })
			return all, nil
		}
	}
}

// maxFaults is how many answers of the queue may be lost before letters gives up.
const maxFaults = 3

// receive asks the queue once: a second try of the SDK would not tell that the answer of the first was lost.
func (q *queue) receive(ctx context.Context) (*sqs.ReceiveMessageOutput, error) {
	return q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.address, MaxNumberOfMessages: 10, VisibilityTimeout: int32(hiddenFor.Seconds()),
		WaitTimeSeconds: 1, // asks all servers of the queue
	}, func(o *sqs.Options) { o.Retryer = aws.NopRetryer{} })
}

// answerLost reports whether a request may have reached the queue although it failed.
func answerLost(err error) bool {
	var api smithy.APIError
	return !errors.As(err, &api) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// hold keeps the receipts of messages, and returns those that are new.
func (q *queue) hold(messages []types.Message) (news []letter) {
	for _, m := range messages {
		id := aws.ToString(m.MessageId)
		if _, again := q.held[id]; !again {
			news = append(news, letterOf(id, aws.ToString(m.Body)))
		}
		q.held[id] = aws.ToString(m.ReceiptHandle)
	}
	return news
}

// remove deletes a message.
func (q *queue) remove(ctx context.Context, l letter) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.address, ReceiptHandle: aws.String(q.held[l.id])})
	if err != nil {
		return fmt.Errorf("the batch is processed, but its message cannot be deleted: %w", q.failure(err))
	}
	delete(q.held, l.id)
	return nil
}

// release makes the messages that are left visible again, also after an interruption. Those that it
// cannot reach become visible by themselves.
func (q *queue) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var entries []types.ChangeMessageVisibilityBatchRequestEntry
	for _, receipt := range q.held {
		entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(len(entries))), ReceiptHandle: aws.String(receipt), VisibilityTimeout: 0,
		})
	}
	for part := range slices.Chunk(entries, 10) {
		_, _ = q.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.address, Entries: part})
	}
}

// failure is an error of the service with the next step.
func (q *queue) failure(err error) error {
	var missing *types.QueueDoesNotExist
	var api smithy.APIError
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("there is no queue %s; the stack's output DeadLetters is its URL", q.address)
	case errors.As(err, &api) && api.ErrorCode() != "UnknownError":
		return fmt.Errorf("the queue %s: %w", q.address, err)
	case errors.Is(err, context.Canceled):
		return err
	}
	return fmt.Errorf("%s answers, but not as a queue of Amazon SQS does; correct --queue: %w", q.address, err)
}
