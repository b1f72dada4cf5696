module github.com/scimstack/scimstack

go 1.26
