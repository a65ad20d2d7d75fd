//go:build cgo && !cratetrust_static

package cgo

// #cgo pkg-config: cratetrust
import "C"
