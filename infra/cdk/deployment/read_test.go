package deployment_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

const least = `"account":"111122223333","region":"eu-central-1"`

const existing = `"existing":{"name":"tab","streamArn":"arn:aws:dynamodb:eu-central-1:111122223333:table/tab/stream/2026"}`

// TestFaults: the error names the key and suggests the most similar known one.
func TestFaults(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		`{` + least + `,"topolgy":"single"}`:                              `unknown key "topolgy"; did you mean "topology"?`,
		`{` + least + `,"alarms":{"emial":"a@b.example"}}`:                `unknown key "alarms.emial"; did you mean "alarms.email"?`,
		`{` + least + `,"Region":"x"}`:                                    `did you mean "region"?`,
		`{` + least + `,"table":{"existing":{"nmae":"x"}}}`:               `did you mean "table.existing.name"?`,
		`{` + least + `,"topology":"sigle"}`:                              `did you mean "single"?`,
		`{` + least + `,"dashboard":"yes"}`:                               `dashboard: got string, want true or false`,
		`{` + least + `,"throttle":{"rate":1.5}}`:                         `throttle.rate: got number 1.5, want a whole number`,
		`{"account":"1","region":"eu-central-1"}`:                         `account: "1" is not an AWS account id (12 digits)`,
		`{"account":"111122223333"}`:                                      `region: "" is not an AWS region`,
		`{` + least + `,"firewall":true}`:                                 `set "gateway": "rest"`,
		`{` + least + `,"logRetentionDays":31}`:                           `logRetentionDays: 31 is not one of`,
		`{` + least + `,"throttle":{"burst":1}}`:                          `throttle.burst: 1 must be at least throttle.rate (1000)`,
		`{` + least + `,"publicBase":"http://x.example"}`:                 `publicBase:`,
		`{` + least + `,"domain":{"name":"x"}}`:                           `domain.certificateArn:`,
		`{` + least + `,"alarms":{"email":"a@b.example"}}`:                `alarms are not enabled`,
		`{` + least + `,"tenants":["A#"]}`:                                `tenants: "A#" is not a tenant id`,
		`{` + least + `,"tags":{"aws:x":"y"}}`:                            `tags: "aws:x"`,
		`{` + least + `,"table":{"existing":{"name":"tab"}}}`:             `table.existing.streamArn:`,
		`{` + least + `,"table":{"maxReadUnits":-1}}`:                     `table.maxReadUnits: -1 is negative`,
		`{` + least + `} {}`:                                              `unexpected data after the object`,
		`[`:                                                               `not JSON`,
		`{` + least + `,"reservedConcurrency":200}`:                       `reservedConcurrency: 200 for each of 9 functions are 1800`,
		`{` + least + `,"reservedConcurrency":129}`:                       `reserve at most 100`,
		`{` + least + `,"accountConcurrency":10,"reservedConcurrency":1}`: `reserve at most 0`,
		`{` + least + `,"topology":"single","reservedConcurrency":301}`:   `301 for each of 5 functions`,
		`{` + least + `,"canary":"10percent5minutes"}`:                    `canary: without alarms nothing would shift the traffic back; set "enabled": true`,
		`{` + least + `,"alarms":{"enabled":true},"canary":"10percent"}`:  `did you mean "10percent5minutes"?`,
		`{` + least + `,"activity":"some"}`:                               `activity: "some" is not one of all, changes, off`,
		`{` + least + `,"functions":"cmd/mine"}`:                          `functions: "cmd/mine" is not the folder of a Go program, such as "./cmd/mine"`,
		`{` + least + `,"functions":"./cmd/mine; x"}`:                     `functions:`,
		`{` + least + `,"functions":"./"}`:                                `functions:`,
		`{` + least + `,"activityRetentionDays":0}`:                       `activityRetentionDays: 0 is not between`,
		`{` + least + `,"feedDays":-1}`:                                   `feedDays: -1 is not between 0 (no feed) and 365`,
		`{` + least + `,"stage":"a,b"}`:                                   `stage: "a,b" cannot be the value of a tag`,
		`{` + least + `,"tenants":["globex","globex"]}`:                   `tenants: "globex" is listed twice`,
		`{` + least + `,"tenants":["` + strings.Repeat(`a-tenant-with-a-long-name-`, 1) + `x"` + strings.Repeat(`,"a-tenant-with-a-long-name"`, 40) + `]}`: `set "tenantSessions": true instead`,
		`{` + least + `,"domain":{"name":"scim.example.com","certificateArn":"arn:aws:acm:us-east-1:111122223333:certificate/x"}}`:                         `not the ARN of a certificate in eu-central-1`,
		`{` + least + `,"domain":{"name":"scim.example.com","certificateArn":"arn:aws:acm:eu-central-1:999922223333:certificate/x"}}`:                      `account 111122223333`,
		`{` + least + `,"table":{"existing":{"name":"tab","streamArn":"arn:aws:dynamodb:eu-central-1:111122223333:table/other/stream/2026"}}}`:             `not the ARN of a stream of the table "tab"`,
		`{` + least + `,"table":{"existing":{"name":"tab","streamArn":"arn:aws:dynamodb:us-east-1:111122223333:table/tab/stream/2026"}}}`:                  `in eu-central-1`,
		`{` + least + `,"table":{"customerKey":true,` + existing + `}}`:                                                                                    `table.customerKey: the key of an existing table cannot be made here; name it in "keyArn"`,
		`{` + least + `,"table":{"maxReadUnits":1,` + existing + `}}`:                                                                                      `table.maxReadUnits: does not change an existing table; remove it`,
		`{` + least + `,"table":{"maxWriteUnits":1,` + existing + `}}`:                                                                                     `table.maxWriteUnits: does not change an existing table; remove it`,
		`{` + least + `,"reservedConcurrency":-1,"stagee":"x"}`:                                                                                            `did you mean "stage"?`,
	} {
		if _, err := deployment.Parse("acme", []byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n\tgot  %v\n\twant %s", file, err, want)
		}
	}
}

// TestRead: the customer files of the repository are valid. The error for a missing file lists
// the existing ones.
func TestRead(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../customers/*.json")
	if len(files) < 2 {
		t.Fatal(files)
	}
	for _, f := range files {
		if _, err := deployment.Read("../customers", strings.TrimSuffix(filepath.Base(f), ".json")); err != nil {
			t.Error(err)
		}
	}
	if _, err := deployment.Read("../customers", "exampel"); err == nil || !strings.Contains(err.Error(), "existing customers: example, local") {
		t.Error(err)
	}
	if _, err := deployment.Read("../customers", "../x"); err == nil {
		t.Error("a name outside the folder is accepted")
	}
}

// TestFunctionFolders: every function of the list has a folder and a sample event, and every
// folder is in the list.
// TestOwnFunctions: all functions that answer requests are the program that the customer names, and the
// functions of the stream and of the administration are not.
func TestOwnFunctions(t *testing.T) {
	t.Parallel()
	for _, topology := range []string{deployment.Split, deployment.Single} {
		c, err := deployment.Parse("acme", []byte(`{`+least+`,"topology":"`+topology+`","functions":"./cmd/mine"}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Deployed() {
			if got := c.Asset(f); (got == deployment.Own) != (f.Name != "stream" && f.Name != "admin") {
				t.Errorf("%s %s: %s", topology, f.Name, got)
			}
			if got := deployment.Defaults("acme").Asset(f); got != f.Name {
				t.Errorf("%s without a program: %s", f.Name, got)
			}
		}
	}
}

func TestFunctionFolders(t *testing.T) {
	t.Parallel()
	var listed, folders []string
	for _, f := range deployment.Functions() {
		listed = append(listed, f.Name)
		if _, err := os.Stat(filepath.Join("../../../functions", f.Name, "event.json")); err != nil {
			t.Error(err)
		}
	}
	mains, _ := filepath.Glob("../../../functions/*/main.go")
	for _, m := range mains {
		dir := filepath.Dir(m)
		folders = append(folders, filepath.Base(dir))
	}
	slices.Sort(listed)
	slices.Sort(folders)
	if !slices.Equal(listed, folders) {
		t.Errorf("listed %v, in functions/ %v", listed, folders)
	}
}

func TestSingle(t *testing.T) {
	t.Parallel()
	c := deployment.Defaults("acme")
	c.Topology = deployment.Single
	f := c.Deployed()
	if len(f) != 6 || f[0].Name != "resources" || f[0].MemoryMB != 1024 || f[5].Name != "stream" {
		t.Error(f)
	}
}
