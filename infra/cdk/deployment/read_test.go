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

// TestFaults: the error names the key and suggests the most similar known one.
func TestFaults(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		`{` + least + `,"topolgy":"single"}`:                    `unknown key "topolgy"; did you mean "topology"?`,
		`{` + least + `,"alarms":{"emial":"a@b.example"}}`:      `unknown key "alarms.emial"; did you mean "alarms.email"?`,
		`{` + least + `,"Region":"x"}`:                          `did you mean "region"?`,
		`{` + least + `,"table":{"existing":{"nmae":"x"}}}`:     `did you mean "table.existing.name"?`,
		`{` + least + `,"topology":"sigle"}`:                    `did you mean "single"?`,
		`{` + least + `,"dashboard":"yes"}`:                     `dashboard: got string, want true or false`,
		`{` + least + `,"throttle":{"rate":1.5}}`:               `throttle.rate: got number 1.5, want a whole number`,
		`{"account":"1","region":"eu-central-1"}`:               `account: "1" is not an AWS account id (12 digits)`,
		`{"account":"111122223333"}`:                            `region: "" is not an AWS region`,
		`{` + least + `,"firewall":true}`:                       `set "gateway": "rest"`,
		`{` + least + `,"logRetentionDays":31}`:                 `logRetentionDays: 31 is not one of`,
		`{` + least + `,"throttle":{"burst":1}}`:                `throttle.burst: 1 must be at least throttle.rate (1000)`,
		`{` + least + `,"publicBase":"http://x.example"}`:       `publicBase:`,
		`{` + least + `,"domain":{"name":"x"}}`:                 `domain.certificateArn:`,
		`{` + least + `,"alarms":{"email":"a@b.example"}}`:      `alarms are not enabled`,
		`{` + least + `,"tenants":["A#"]}`:                      `tenants: "A#" is not a tenant id`,
		`{` + least + `,"tags":{"aws:x":"y"}}`:                  `tags: "aws:x"`,
		`{` + least + `,"table":{"existing":{"name":"tab"}}}`:   `table.existing.streamArn:`,
		`{` + least + `,"table":{"maxReadUnits":-1}}`:           `table.maxReadUnits: -1 is negative`,
		`{` + least + `} {}`:                                    `unexpected data after the object`,
		`[`:                                                     `not JSON`,
		`{` + least + `,"reservedConcurrency":-1,"stagee":"x"}`: `did you mean "stage"?`,
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
	if len(f) != 4 || f[0].Name != "resources" || f[0].MemoryMB != 1024 || f[3].Name != "stream" {
		t.Error(f)
	}
}
