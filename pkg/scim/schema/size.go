package schema

// took counts the strings of an object.
func (c *coercer) took(raw map[string]any) error {
	if c.mode.MaxBytes == 0 {
		return nil
	}
	for _, v := range raw {
		if s, ok := v.(string); ok {
			c.bytes += len(s)
		}
	}
	return c.fits()
}

// fits returns the fault of strings that are too long together, or nil.
func (c *coercer) fits() error {
	if c.mode.MaxBytes == 0 || c.bytes <= c.mode.MaxBytes || c.ref.isMembers() {
		return nil
	}
	return NewFault(FaultSize, "the resource has more than the %d bytes that can be stored; shorten its values", c.mode.MaxBytes)
}
