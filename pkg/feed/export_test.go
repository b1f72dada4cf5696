package feed

// Required reports whether every fact has a member.
func Required(f Field) bool { return f.all }
