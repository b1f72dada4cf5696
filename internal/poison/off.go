//go:build !race && !poison

package poison

// On reports whether memory that is given back is overwritten.
const On = false
