package scim

// Finisher is an optional ability of a Store: the reader of its change stream finishes what follows a
// removal, such as clearing the manager of users who reported to a removed one, whether the request
// does so or not. A Provider then does a bounded part of that work itself.
type Finisher interface {
	Finishes() bool
}
