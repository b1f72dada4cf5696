package filter

const MaxLength = maxLength
