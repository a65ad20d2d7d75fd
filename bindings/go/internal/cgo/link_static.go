//go:build cgo && cratetrust_static

package cgo

// pkg-config names the library as `-lcratetrust`, for which a linker takes the shared one where both
// lie side by side. The archive comes first and leaves that nothing to resolve.

// #cgo pkg-config: --static cratetrust
// #cgo LDFLAGS: -Wl,--as-needed -l:libcratetrust.a
import "C"
