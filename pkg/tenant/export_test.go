package tenant

// ParseToken lets tests reach the form of a token.
var ParseToken = parseToken
