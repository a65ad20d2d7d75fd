module github.com/cratetrust/cratetrust/bindings/go

go 1.24
