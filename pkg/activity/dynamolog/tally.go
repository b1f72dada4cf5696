package dynamolog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// What the name of an attribute of an hour's item begins with; the key id of the connection follows.
const (
	attrReads  = "r|"
	attrWrites = "w|"
	attrFailed = "f|" // after the key id: | and the code
	attrLast   = "l|" // microseconds
	attrWorked = "o|" // microseconds
	attrIdP    = "i|"
)

const (
	// hourMark begins the sort key of an hour's item. It sorts after the id of every record.
	hourMark   = "~"
	hourFormat = "2006010215"
	// keepHours is the time to live of an hour's item, from its beginning on.
	keepHours = activity.TalliesFor + 24*time.Hour
	// maxTerms bounds the terms of one update: an expression may have 4 KB.
	maxTerms = 200
)

// AppendCounted implements activity.Counter. The tallies of a tenant and an hour are one update, which
// takes place while the records are written. An update whose answer was lost may be counted twice.
func (l *Log) AppendCounted(ctx context.Context, records []activity.Record, tallies []activity.Tally) error {
	if len(tallies) == 0 {
		return l.AppendAll(ctx, records)
	}
	counting := async.Start(func() (int, error) { return l.count(ctx, tallies) })
	defer func() { _, _ = counting() }()
	err := l.AppendAll(ctx, records)
	n, counted := counting()
	if counted == nil {
		return err
	}
	lost := &activity.LostError{Tallies: n, Cause: errors.Join(counted, err)}
	var some *activity.LostError
	if errors.As(err, &some) {
		lost.Lost, lost.Cause = some.Lost, errors.Join(counted, some.Cause)
	}
	return lost
}

// count adds tallies, and returns how many it could not add.
func (l *Log) count(ctx context.Context, list []activity.Tally) (lost int, err error) {
	merged := activity.MergeTallies(list)
	for len(merged) > 0 {
		n := 1
		for n < len(merged) && merged[n].Tenant == merged[0].Tenant && merged[n].Hour.Equal(merged[0].Hour) {
			n++
		}
		if e := l.addHour(ctx, merged[:n]); e != nil {
			lost, err = lost+n, errors.Join(err, fmt.Errorf("dynamolog: tallies: %w", e))
		}
		merged = merged[n:]
	}
	return lost, err
}

// addHour adds the tallies of one tenant and hour.
func (l *Log) addHour(ctx context.Context, list []activity.Tally) error {
	if list[0].Tenant.IsZero() {
		return activity.ErrTenant
	}
	u := update{names: map[string]string{}, values: item{}}
	until := list[0].Hour.Add(keepHours).Unix()
	var parts []update
	cut := func() {
		u.set("ttl", until)
		parts = append(parts, u)
		u = update{names: map[string]string{}, values: item{}}
	}
	for _, t := range list {
		if len(u.names)+len(t.Failed)+6 > maxTerms {
			cut()
		}
		u.tally(t)
	}
	cut()
	for _, p := range parts {
		expression := "SET " + strings.Join(p.sets, ", ")
		if len(p.adds) > 0 {
			expression += " ADD " + strings.Join(p.adds, ", ")
		}
		_, err := l.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &l.o.Table, Key: item{"PK": str(partition(list[0].Tenant, "")), "SK": str(hourKey(list[0].Hour))},
			UpdateExpression: &expression, ExpressionAttributeNames: p.names, ExpressionAttributeValues: p.values,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func hourKey(hour time.Time) string { return hourMark + activity.HourOf(hour).Format(hourFormat) }

// update is an update of an hour's item.
type update struct {
	names      map[string]string
	values     item
	sets, adds []string
}

// bind returns the placeholders of a name and a value.
func (u *update) bind(name string, v types.AttributeValue) (n, value string) {
	i := strconv.Itoa(len(u.names))
	u.names["#"+i], u.values[":"+i] = name, v
	return "#" + i, ":" + i
}

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func (u *update) set(name string, value int64) {
	n, v := u.bind(name, number(value))
	u.sets = append(u.sets, n+" = "+v)
}

func (u *update) add(name string, value int) {
	if value != 0 {
		n, v := u.bind(name, number(int64(value)))
		u.adds = append(u.adds, n+" "+v)
	}
}

// tally adds the terms of one tally.
func (u *update) tally(t activity.Tally) {
	u.add(attrReads+t.Key, t.Reads)
	u.add(attrWrites+t.Key, t.Writes)
	for code, n := range t.Failed {
		u.add(attrFailed+t.Key+"|"+code, n)
	}
	if !t.Last.IsZero() {
		u.set(attrLast+t.Key, t.Last.UnixMicro())
	}
	if !t.Worked.IsZero() {
		u.set(attrWorked+t.Key, t.Worked.UnixMicro())
	}
	if t.IdP != "" {
		n, v := u.bind(attrIdP+t.Key, str(t.IdP))
		u.sets = append(u.sets, n+" = "+v)
	}
}

// Tallies implements activity.Counter. It reads with eventual consistency: a part of a second is nothing
// beside an hour.
func (l *Log) Tallies(ctx context.Context, t scim.TenantID, from time.Time) ([]activity.Tally, error) {
	low := hourMark
	if !from.IsZero() {
		low = hourKey(from)
	}
	in := &dynamodb.QueryInput{
		TableName: &l.o.Table, KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :l AND :h"),
		ExpressionAttributeValues: item{":p": str(partition(t, "")), ":l": str(low), ":h": str(hourMark + hourMark)},
	}
	var out []activity.Tally
	for {
		answer, err := l.api.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range answer.Items {
			some, err := talliesOf(t, it)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
		if in.ExclusiveStartKey = answer.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return out, nil
		}
	}
}

// talliesOf returns the tallies of an hour's item.
func talliesOf(t scim.TenantID, it item) ([]activity.Tally, error) {
	sk, _ := it["SK"].(*types.AttributeValueMemberS)
	if sk == nil {
		return nil, errors.New("dynamolog: the item has no hour")
	}
	hour, err := time.Parse(hourMark+hourFormat, sk.Value)
	if err != nil {
		return nil, fmt.Errorf("dynamolog: the item is of no hour: %w", err)
	}
	by := map[string]*activity.Tally{}
	for name, v := range it {
		if len(name) < 2 || name[1] != '|' {
			continue
		}
		kind, key, cause := name[:2], name[2:], ""
		if i := strings.LastIndexByte(key, '|'); kind == attrFailed && i >= 0 {
			key, cause = key[:i], key[i+1:]
		}
		if by[key] == nil {
			by[key] = &activity.Tally{Tenant: t, Hour: hour, Key: key}
		}
		read(by[key], kind, cause, v)
	}
	out := make([]activity.Tally, 0, len(by))
	for _, key := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[key])
	}
	return out, nil
}

// read reads one attribute of an hour's item into its tally. A kind that it does not know is of a later
// program.
func read(one *activity.Tally, kind, cause string, v types.AttributeValue) {
	var n int64
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		n, _ = strconv.ParseInt(v.Value, 10, 64) // numbers of the table have this form
	case *types.AttributeValueMemberS:
		if kind == attrIdP {
			one.IdP = v.Value
		}
		return
	}
	switch kind {
	case attrReads:
		one.Reads = int(n)
	case attrWrites:
		one.Writes = int(n)
	case attrLast:
		one.Last = time.UnixMicro(n).UTC()
	case attrWorked:
		one.Worked = time.UnixMicro(n).UTC()
	case attrFailed:
		if one.Failed == nil {
			one.Failed = map[string]int{}
		}
		one.Failed[cause] += int(n)
	}
}
