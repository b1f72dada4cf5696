package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestService(t *testing.T) {
	t.Parallel()
	handler, token, err := open("http://example.com/scim/v2")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/scim/v2/acme/Users", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
