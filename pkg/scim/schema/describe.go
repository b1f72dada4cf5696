package schema

// AppendJSON appends the schema as a Schema resource, with all characteristics of every
// attribute. location becomes meta.location. (RFC 7643 §7)
func (s *Schema) AppendJSON(dst []byte, location string) []byte {
	dst = append(dst, `{"schemas":["`+URNSchema+`"],"id":`...)
	dst = AppendString(dst, s.ID)
	dst = append(dst, `,"name":`...)
	dst = AppendString(dst, s.Name)
	dst = append(dst, `,"description":`...)
	dst = AppendString(dst, s.Description)
	dst = append(dst, `,"attributes":`...)
	dst = appendAttributes(dst, s.Attributes)
	return appendMetaOf(dst, "Schema", location)
}

func appendMetaOf(dst []byte, typ, location string) []byte {
	dst = append(dst, `,"meta":{"resourceType":"`+typ+`","location":`...)
	dst = AppendString(dst, location)
	return append(dst, '}', '}')
}

func appendAttributes(dst []byte, attrs []*Attribute) []byte {
	dst = append(dst, '[')
	for i, a := range attrs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = a.appendJSON(dst)
	}
	return append(dst, ']')
}

func (a *Attribute) appendJSON(dst []byte) []byte {
	dst = append(dst, `{"name":`...)
	dst = AppendString(dst, a.Name)
	dst = append(dst, `,"type":"`+a.Type.String()+`"`...)
	if a.Type == Complex {
		dst = append(dst, `,"subAttributes":`...)
		dst = appendAttributes(dst, a.SubAttributes)
	}
	dst = append(dst, `,"multiValued":`...)
	dst = AppendValue(dst, a.MultiValued)
	dst = append(dst, `,"description":`...)
	dst = AppendString(dst, a.Description)
	dst = append(dst, `,"required":`...)
	dst = AppendValue(dst, a.Required)
	dst = appendStrings(dst, "canonicalValues", a.CanonicalValues)
	if a.Type == String || a.Type == Reference || a.Type == Binary {
		dst = append(dst, `,"caseExact":`...)
		dst = AppendValue(dst, a.CaseExact)
	}
	dst = append(dst, `,"mutability":"`+a.Mutability.String()+`","returned":"`+a.Returned.String()+`"`...)
	if a.Type != Complex {
		dst = append(dst, `,"uniqueness":"`+a.Uniqueness.String()+`"`...)
	}
	dst = appendStrings(dst, "referenceTypes", a.ReferenceTypes)
	return append(dst, '}')
}

func appendStrings(dst []byte, key string, list []string) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(dst, `,"`+key+`":[`...)
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, s)
	}
	return append(dst, ']')
}

// AppendJSON appends the resource type as a ResourceType resource. location becomes
// meta.location. (RFC 7643 §6)
func (rt *ResourceType) AppendJSON(dst []byte, location string) []byte {
	dst = append(dst, `{"schemas":["`+URNResourceType+`"],"id":`...)
	dst = AppendString(dst, rt.Name)
	dst = append(dst, `,"name":`...)
	dst = AppendString(dst, rt.Name)
	dst = append(dst, `,"description":`...)
	dst = AppendString(dst, rt.Description)
	dst = append(dst, `,"endpoint":`...)
	dst = AppendString(dst, rt.Endpoint)
	dst = append(dst, `,"schema":`...)
	dst = AppendString(dst, rt.Schema.ID)
	dst = append(dst, `,"schemaExtensions":[`...)
	for i, e := range rt.Extensions {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"schema":`...)
		dst = AppendString(dst, e.Schema.ID)
		dst = append(dst, `,"required":`...)
		dst = AppendValue(dst, e.Required)
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	return appendMetaOf(dst, "ResourceType", location)
}
