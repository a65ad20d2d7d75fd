//go:build cgo

package cgo

import "context"

// call is one running call. The library works on a goroutine of its own, and everything that is the
// caller's (readers, the progress function) runs on the caller's: there a panic, or an end of the
// goroutine, takes its usual way, and never one through the library's frames.
type call struct {
	progress func(stage string, done, total uint64)
	events   chan *event
	// refused tells that the library asked for something after the context was cancelled.
	refused bool
}

// event is something to be done on the caller's goroutine.
type event struct {
	run  func()
	ran  bool
	over chan struct{}
}

// onCaller runs f on the caller's goroutine and waits for it. It gives false where f did not come to
// its end: the work has to stop.
func (c *call) onCaller(f func()) bool {
	e := &event{run: f, over: make(chan struct{})}
	c.events <- e
	<-e.over
	return e.ran
}

// wait runs work on another goroutine and serves its events until it has ended, also where an event
// panics. stop asks the work to end early; it may be called more than once.
func (c *call) wait(ctx context.Context, stop, work func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		work()
	}()
	var current *event
	regular := false
	defer func() {
		if regular {
			return
		}
		stop()
		close(current.over)
		for {
			select {
			case e := <-c.events:
				close(e.over)
			case <-ended:
				return
			}
		}
	}()
	cancelled := ctx.Done()
	for {
		select {
		case <-ended:
			regular = true
			return
		case <-cancelled:
			stop()
			cancelled = nil
		case current = <-c.events:
			if ctx.Err() != nil {
				c.refused = true
			} else {
				current.run()
				current.ran = true
			}
			if ctx.Err() != nil {
				// Before the library goes on: cancelling in a callback takes effect at once.
				stop()
			}
			close(current.over)
		}
	}
}
