package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TestTableServersKilled: two servers share a table and follow its stream. One and then the other is killed in the middle of
// writes and started again. The feed has each acknowledged user once, without a gap, and the servers have kept their place.
func TestTableServersKilled(t *testing.T) {
	t.Parallel()
	engine := endpoint(t)
	on := []string{"--store", "dynamodb", "--endpoint", engine.URL, "--table", "scim"}
	if out, err := command(t, append([]string{"table", "create"}, on[2:]...)...); err != nil {
		t.Fatal(out, err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func() served {
		return startServe(t, nil, append([]string{"--tenant", "name=acme,rate=100000", "--log-level", "error", "--events-secret-file", secret}, on...)...)
	}
	servers := []served{start(), start()}
	token := value(servers[0].lines, "token")
	var acknowledged atomic.Int64
	for round := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		var writers []<-chan error
		for i, s := range servers {
			writers = append(writers, s.writer(ctx, token, fmt.Sprintf("u-%d-%d", round, i), func(status int) error {
				if status == http.StatusCreated {
					acknowledged.Add(1)
				}
				return nil
			}))
		}
		for end, before := time.Now().Add(time.Minute), acknowledged.Load(); acknowledged.Load() < before+60 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		servers[round%2].kill(t)
		cancel()
		for _, w := range writers {
			if err := <-w; err != nil {
				t.Error(err)
			}
		}
		servers[round%2] = start()
	}
	s := servers[0]
	events, facts, total := strings.Split(s.base, "/scim/")[0]+"/events/acme", 0, s.total(t, token, "count=0")
	for end := time.Now().Add(time.Minute); facts < total && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		facts = created(t, events, strings.Repeat("s", 32))
	}
	t.Logf("%d acknowledged, %d stored, %d in the feed", acknowledged.Load(), total, facts)
	if int64(total) < acknowledged.Load() || facts != total {
		t.Errorf("%d users are acknowledged, %d stored, and %d in the feed", acknowledged.Load(), total, facts)
	}
	out, err := engine.Client().Query(t.Context(), &dynamodb.QueryInput{
		TableName: aws.String("scim"), KeyConditionExpression: aws.String("PK = :pk"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": &types.AttributeValueMemberS{Value: "T#~#S"}},
	})
	if err != nil || len(out.Items) == 0 {
		t.Errorf("no place in the stream is kept: %v", err)
	}
}
