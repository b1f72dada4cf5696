package sqlstore_test

func child() bool { return false }
