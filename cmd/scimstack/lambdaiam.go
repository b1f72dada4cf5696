package main

import (
	"crypto/rand"
	"fmt"
	"io"

	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
)

// localARN is the principal of requests that are signed for `scimstack lambda`.
const localARN = "arn:aws:iam::000000000000:user/local"

// localCaller are the credentials that the gateway of `scimstack lambda` accepts for the administration.
type localCaller struct {
	key, secret string
	region      string
	made        bool // for this process; otherwise they are those of the environment
}

// caller returns the credentials of the environment, or new ones.
func (t *table) caller() localCaller {
	c := localCaller{key: t.flags.env("AWS_ACCESS_KEY_ID"), secret: t.flags.env("AWS_SECRET_ACCESS_KEY"), region: t.client.Options().Region}
	if c.key == "" || c.secret == "" {
		c.key, c.secret, c.made = "AKIALOCAL"+rand.Text()[:11], rand.Text(), true
	}
	return c
}

func (c localCaller) iam() lambdarun.IAM {
	return lambdarun.IAM{c.key: {Secret: c.secret, ARN: localARN}}
}

// print prints how to reach the administration.
func (c localCaller) print(out io.Writer, url string) {
	fmt.Fprintf(out, "admin     %s%s\n", url, adminhttp.Prefix)
	keys := ""
	if c.made {
		keys = fmt.Sprintf("AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s AWS_REGION=%s ", c.key, c.secret, c.region)
	}
	fmt.Fprintf(out, "try       %sscimstack tenant list --server %s --aws-iam\n\n", keys, url)
}
