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

// Step is one request.
type Step struct {
	As           string             `json:"as,omitempty"`
	Method       string             `json:"method"`
	Path         string             `json:"path"`
	Headers      map[string]*string `json:"headers,omitempty"`
	Body         json.RawMessage    `json:"body,omitempty"`
	ExpectStatus []int              `json:"expectStatus,omitempty"`
	Expect       Expect             `json:"expect,omitzero"`
	// Recorded is the body of the answer when the step was recorded; nobody checks it.
	Recorded json.RawMessage `json:"recorded,omitempty"`
}

// Expect is what an answer must be.
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

// Load reads a corpus file.
func Load(file string) ([]Scenario, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []Scenario
	return out, json.Unmarshal(data, &out)
}
