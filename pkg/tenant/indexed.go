package tenant

import (
	"fmt"
	"slices"
)

// UnbuiltError says that a Directory cannot build an index that settings ask for, and that the settings were not
// changed.
type UnbuiltError struct{ Name string }

func (e *UnbuiltError) Error() string {
	return fmt.Sprintf("indexes: %s cannot have an index in this store from now on: nothing builds it for the resources that are there; create a tenant with it, and move them with export and import", e.Name)
}

// Buildable returns an *UnbuiltError if settings have an index that those of before did not have. It is for a
// Directory whose Store does not build indexes: there a tenant has an index from its creation on, or not at all.
func (s Settings) Buildable(before Settings) error {
	for _, name := range s.Indexed {
		if !slices.Contains(before.Indexed, name) {
			return &UnbuiltError{Name: name}
		}
	}
	return nil
}
