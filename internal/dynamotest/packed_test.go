package dynamotest

import (
	"encoding/json"
	"testing"
)

// FuzzPacked: an item that is kept is the item that was written, and is sent as it.
func FuzzPacked(f *testing.F) {
	f.Add([]byte(`{"PK":{"S":"a"},"n":{"N":"-1.50e-100"},"z":{"N":"0"},"b":{"B":"AP8="},"t":{"BOOL":true},"f":{"BOOL":false},"0":{"NULL":true}}`))
	f.Add([]byte(`{"ss":{"SS":["b","a",""]},"ns":{"NS":["2","1"]},"bs":{"BS":["AA=="]},"l":{"L":[{"S":"x"},{"L":[]}]},"m":{"M":{"a":{"M":{}},"":{"S":""}}}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var it item
		if json.Unmarshal(raw, &it) != nil || it == nil {
			t.Skip("no item")
		}
		p := pack(it)
		if got := p.item(); !got.equal(it) || got.size() != it.size() {
			t.Errorf("%v became %v", it, got)
		}
		want, _ := it.MarshalJSON()
		if got, _ := p.MarshalJSON(); string(got) != string(want) {
			t.Errorf("%s is sent as %s", want, got)
		}
	})
	if p := pack(nil); p != "" || p.item() != nil {
		f.Error("no item is not kept as none")
	}
}
