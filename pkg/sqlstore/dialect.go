package sqlstore

import (
	"regexp"
	"strings"
)

// Dialect is what differs between databases. SQLite and Postgres are the ones that exist; the zero value
// is not usable.
type Dialect struct {
	name string
	// begin opens a transaction that will write.
	begin string
	// lock queues the writes of one tenant, in the transaction, if begin has not queued all writes, and reads the version
	// of the schema, which stays until the transaction ends.
	lock string
	// lockSchema queues the migrations of several processes.
	lockSchema string
	// lockWrites waits for the writes that have begun, in a migration, and lets no other begin; "" if begin has.
	lockWrites string
	// alone: the database allows one writer at a time, so that this process queues its own.
	alone bool
	// types replaces the names of types in the definition of tables.
	types *strings.Replacer
	// calls translates the calls that the two write in different ways, see SQL.
	calls map[string]string
	// one is ONE with the table $1, its alias $2 and the condition $3.
	one string
	// those is THOSE with the table $1, the condition $2 and the parameter $3.
	those string
	// numbered is what parameters begin with.
	numbered string
	busy     func(error) bool // the database may answer later
	again    func(error) bool // the transaction lost against another one, and may be repeated
	readOnly func(error) bool // the connection takes no writes; another one may
}

// Name is "sqlite" or "postgres".
func (d Dialect) Name() string { return d.name }

// SQLite is the dialect of SQLite 3.38 or later. The store holds one write transaction at a time, which
// it begins with BEGIN IMMEDIATE; reads run beside it if the journal is a write-ahead log (WAL).
func SQLite() Dialect {
	return Dialect{
		name: "sqlite", begin: "BEGIN IMMEDIATE", lock: versionSQL, alone: true, numbered: "?", one: `$1 $2 ON $3`,
		those: `$2 AND id IN (SELECT value FROM json_each($3))`,
		types: strings.NewReplacer("CLUSTERED", "WITHOUT ROWID"),
		calls: map[string]string{
			"AMONG": `IN (SELECT value FROM json_each(%))`,
			"OTHER": `NOT IN (SELECT value FROM json_each(%))`,
			"ROWS":  `json_each(%) j`,
			"AGG":   `json_group_array(%)`,
			"TUPLE": `json_array(%)`,
			"BY":    `INDEXED BY %`,
		},
		busy: sqliteBusy, again: func(error) bool { return false }, readOnly: sqliteReads,
	}
}

// Postgres is the dialect of PostgreSQL 12 or later. Writes of one tenant wait for each other, those of
// different tenants do not.
func Postgres() Dialect {
	return Dialect{
		name: "postgres", begin: "BEGIN ISOLATION LEVEL READ COMMITTED", numbered: "$",
		one: `LATERAL (SELECT $2.* FROM $1 $2 WHERE $3 LIMIT 1) $2 ON true`,
		those: `ctid = ANY(ARRAY(SELECT i.ctid FROM jsonb_array_elements_text($3::jsonb) j(value) ` +
			`JOIN LATERAL (SELECT ctid FROM $1 WHERE $2 AND id = j.value LIMIT 1) i ON true))`,
		// The statement holds a share of the table before it takes its snapshot, so that the version is that of now.
		lock:       `SELECT s.version FROM pg_advisory_xact_lock(1935894893, hashtext($1)) l, scim_schema s`,
		lockSchema: `SELECT pg_advisory_xact_lock(1935894893, 0)`,
		lockWrites: `LOCK TABLE scim_schema IN ACCESS EXCLUSIVE MODE`,
		types:      strings.NewReplacer("TEXT", `TEXT COLLATE "C"`, "BLOB", "BYTEA", "CLUSTERED", ""),
		calls: map[string]string{
			"AMONG": `= ANY(ARRAY(SELECT jsonb_array_elements_text(%::jsonb)))`,
			"OTHER": `NOT IN (SELECT jsonb_array_elements_text(%::jsonb))`,
			"ROWS":  `jsonb_array_elements(%::jsonb) j(value)`,
			"AGG":   `json_agg(%)::text`,
			"TUPLE": `json_build_array(%)`,
			"BY":    ``,
		},
		busy: postgresBusy, again: postgresAgain, readOnly: func(err error) bool { return stateOf(err) == stateReadOnly },
	}
}

var (
	call      = regexp.MustCompile(`\b(AMONG|OTHER|ROWS|AGG|TUPLE|BY)\(((?:[^()]|\([^()]*\))*)\)`)
	one       = regexp.MustCompile(`\bONE\((\w+) (\w+) WHERE ((?:[^()]|\([^()]*\))*)\)`)
	those     = regexp.MustCompile(`\bTHOSE\((\w+) WHERE ([^(),]*), (\$\d)\)`)
	parameter = regexp.MustCompile(`\$(\d)`)
)

// SQL translates a statement of this package. Parameters are $1, $2, …, and these calls stand for what
// the databases spell in different ways:
//
//	AMONG($1)     is one of the strings of a JSON array
//	OTHER($1)     is none of them
//	ROWS($1)      the elements of a JSON array as a table j with the column value, for FROM
//	AGG(x)        the values of x as a JSON array
//	TUPLE(a, b)   a JSON array of these values
//	BY(index)     the index to use, after the name of a table: SQLite might take the primary key, of which
//	              it knows the tenant only
//
// "WHERE THOSE(table WHERE condition, $3)" selects the rows of the condition whose id is among a JSON array, one look-up by
// index for each id. The condition and the id are a key of the table. For AMONG, Postgres without statistics may read all rows of the condition instead.
//
// "JOIN ONE(table t WHERE condition)" joins at most one row to each row. Postgres must be told to look it
// up: without statistics, or for a plan that it keeps, it would rather read the whole table. SQLite must be
// told which table comes first.
func (d Dialect) SQL(statement string) string {
	for call.MatchString(statement) {
		statement = call.ReplaceAllStringFunc(statement, func(s string) string {
			m := call.FindStringSubmatch(s)
			return strings.ReplaceAll(d.calls[m[1]], "%", m[2])
		})
	}
	if d.alone {
		statement = strings.ReplaceAll(statement, "JOIN ONE(", "CROSS JOIN ONE(")
		statement = strings.ReplaceAll(statement, "LEFT CROSS JOIN ONE(", "LEFT JOIN ONE(")
	}
	statement = those.ReplaceAllString(statement, d.those)
	statement = one.ReplaceAllString(statement, d.one)
	return parameter.ReplaceAllString(statement, strings.ReplaceAll(d.numbered, "$", "$$")+"$1")
}
