package dynamotest

// keyAttr is one attribute of a key and its type: S, N or B.
type keyAttr struct{ name, t string }

// keySchema is the key schema of a table or index. sort.name is empty without a sort key.
type keySchema struct{ partition, sort keyAttr }

func (k keySchema) attrs() []keyAttr {
	if k.sort.name == "" {
		return []keyAttr{k.partition}
	}
	return []keyAttr{k.partition, k.sort}
}

// of returns the key of an item, nil if an attribute of it is missing.
func (k keySchema) of(it item) item {
	out := item{}
	for _, a := range k.attrs() {
		v, ok := it[a.name]
		if !ok {
			return nil
		}
		out[a.name] = v
	}
	return out
}

func (k keySchema) has(name string) bool {
	return name == k.partition.name || name == k.sort.name
}

// emptyValue is the error for an empty key value. The service finds it before it starts a
// transaction, so it is never a cancellation reason.
type emptyValue struct{ error }

func (e emptyValue) Unwrap() error { return e.error }

func emptyKey(a keyAttr) error {
	return emptyValue{invalid("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", emptyName(a.t), a.name)}
}

func emptyName(t string) string {
	if t == "B" {
		return "binary"
	}
	return "string"
}

// checkItem checks the key attributes of an item before it is stored.
func (k keySchema) checkItem(it item) error {
	for _, a := range k.attrs() {
		v, ok := it[a.name]
		switch {
		case !ok:
			return invalidParam("Missing the key %s in the item", a.name)
		case v.t != a.t:
			return invalidParam("Type mismatch for key %s expected: %s actual: %s", a.name, a.t, v.t)
		case v.t != "N" && v.s == "":
			return emptyKey(a)
		}
	}
	return k.checkSize(it)
}

// checkKey checks a key: it must have exactly the attributes of the schema.
func (k keySchema) checkKey(key item) error {
	for _, a := range k.attrs() {
		if v, ok := key[a.name]; ok && v.t == a.t && v.t != "N" && v.s == "" {
			return emptyKey(a)
		}
	}
	if len(key) != len(k.attrs()) {
		return invalid("The provided key element does not match the schema")
	}
	for _, a := range k.attrs() {
		if key[a.name].t != a.t {
			return invalid("The provided key element does not match the schema")
		}
	}
	return k.checkSize(key)
}

func (k keySchema) checkSize(it item) error {
	if it[k.partition.name].size() > maxPartitionKey {
		return invalidParam("Size of hashkey has exceeded the maximum size limit of%d bytes", maxPartitionKey)
	}
	if v, ok := it[k.sort.name]; ok && v.size() > maxSortKey {
		return invalidParam("Aggregated size of all range keys has exceeded the size limit of %d bytes", maxSortKey)
	}
	return nil
}

// checkIndexed checks the attributes of an item that are part of the index key. An item without one
// of them is not in the index. old is the item before an update: attributes that the update does not
// change are not checked, and the message for an empty value differs.
func (x *index) checkIndexed(it, old item, updating bool) error {
	for _, a := range x.keys.attrs() {
		v, ok := it[a.name]
		if before, had := old[a.name]; !ok || updating && had && before.equal(v) {
			continue
		}
		if v.t != a.t {
			return invalidParam("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.t, v.t, x.name)
		}
		if v.t == "N" || v.s != "" {
			continue
		}
		if updating {
			return emptyValue{invalid("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", emptyName(a.t))}
		}
		return emptyValue{invalid("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", emptyName(a.t), x.name, a.name)}
	}
	return x.keys.checkSize(it)
}
