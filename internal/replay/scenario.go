package replay

import (
	"encoding/json"
	"os"
)

// Scenario is one entry of a corpus file.
type Scenario struct {
	ID          string   `json:"id"`
	IdP         string   `json:"idp"`
	Profile     string   `json:"profile"`
	Quirks      []string `json:"quirks"`
	Description string   `json:"description"`
	Setup       []Step   `json:"setup"`
	Request     Step     `json:"request"`
	Expect      Expect   `json:"expect"`
}

// Step is one request. As names its response for placeholders in later steps.
type Step struct {
	As           string             `json:"as,omitempty"`
	Method       string             `json:"method"`
	Path         string             `json:"path"`
	Headers      map[string]*string `json:"headers,omitempty"`
	Body         json.RawMessage    `json:"body,omitempty"`
	ExpectStatus []int              `json:"expectStatus,omitempty"`
	Expect       Expect             `json:"expect,omitzero"`
	// Recorded is the body of the response when the step was recorded. It is not checked.
	Recorded json.RawMessage `json:"recorded,omitempty"`
}

// Expect describes the response that is required.
type Expect struct {
	Status  []int                      `json:"status"`
	Headers map[string]json.RawMessage `json:"headers,omitempty"`
	Assert  []Assertion                `json:"assert,omitempty"`
	Then    []Step                     `json:"then,omitempty"`
}

// Assertion is one check of a JSON body.
type Assertion struct {
	Path  string          `json:"path"`
	Op    string          `json:"op"`
	Value json.RawMessage `json:"value"`
}

// Load reads the scenarios of a corpus file.
func Load(file string) ([]Scenario, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []Scenario
	return out, json.Unmarshal(data, &out)
}
