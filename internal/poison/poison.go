package poison

// Text is what memory has that was given back.
const Text = "!RELEASED MEMORY!"

// Bytes overwrites a buffer, to its capacity.
func Bytes(b []byte) {
	if !On {
		return
	}
	b = b[:cap(b)]
	for n := copy(b, Text); n > 0 && n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// Map makes an emptied map one that has Text alone. Take it out with clear before the map is used again.
func Map(m map[string]any) {
	if On {
		clear(m)
		m[Text] = Text
	}
}
