package session

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Process is the method of a *dynamo.Consumer.
type Process func(ctx context.Context, records []dynamo.StreamRecord) (failedSequence string, err error)

// ByTenant returns a Process that hands the records of each tenant to process for themselves, in
// their order, with the session of that tenant. Records of other keys are handed over without one.
// A failure of one tenant does not stop the others; of several failures, the one of the earliest
// record is returned, so that everything from there on is processed again.
func ByTenant(process Process) Process {
	return func(ctx context.Context, records []dynamo.StreamRecord) (string, error) {
		first := len(records)
		failedSequence, failure := "", error(nil)
		for _, part := range partsOf(records) {
			own := ctx
			if !part.tenant.IsZero() {
				own = With(ctx, part.tenant)
			}
			failed, err := process(own, part.records)
			if err == nil {
				continue
			}
			if at := part.position(failed); at < first {
				first, failedSequence, failure = at, records[at].Sequence, err
			}
		}
		return failedSequence, failure
	}
}

// part is the records of one tenant.
type part struct {
	tenant  scim.TenantID
	records []dynamo.StreamRecord
	at      []int // their positions in the batch
}

// position returns where in the batch a sequence number is; that of the first record if it is in none.
func (p *part) position(sequence string) int {
	for i, r := range p.records {
		if r.Sequence == sequence {
			return p.at[i]
		}
	}
	return p.at[0]
}

// partsOf divides a batch by tenant, in the order in which the tenants occur.
func partsOf(records []dynamo.StreamRecord) []*part {
	var parts []*part
	byTenant := map[scim.TenantID]*part{}
	for i, r := range records {
		t := tenantOf(r.Keys)
		p := byTenant[t]
		if p == nil {
			p = &part{tenant: t}
			parts, byTenant[t] = append(parts, p), p
		}
		p.records, p.at = append(p.records, r), append(p.at, i)
	}
	return parts
}

// tenantOf returns the tenant of a key T#<tenant>#…, or the zero TenantID.
func tenantOf(keys map[string]types.AttributeValue) scim.TenantID {
	pk, _ := keys["PK"].(*types.AttributeValueMemberS)
	if pk == nil {
		return scim.TenantID{}
	}
	rest, ok := strings.CutPrefix(pk.Value, "T#")
	name, _, more := strings.Cut(rest, "#")
	if !ok || !more {
		return scim.TenantID{}
	}
	t, err := scim.ParseTenantID(name)
	if err != nil {
		return scim.TenantID{}
	}
	return t
}
