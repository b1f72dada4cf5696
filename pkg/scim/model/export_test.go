package model

import "time"

// Known is the check of a time zone with a database of the test.
func Known(name string, load func(string) (*time.Location, error)) error { return known(name, load) }

// Forget drops what a user was read from, so that only its fields are left.
func Forget(u *User) {
	u.kept = nil
	forget(&u.Emails)
	forget(&u.PhoneNumbers)
	forget(&u.IMs)
	forget(&u.Photos)
	forget(&u.Addresses)
	forget(&u.Entitlements)
	forget(&u.Roles)
	forget(&u.X509Certificates)
}

func forget[T any](m *MultiValued[T]) {
	for i := range m.list {
		m.list[i].was = nil
	}
}
