/// Wakes one waiter on a loop, or the next one to come.
///
/// Raised several times before anybody waits, it wakes once.
package final class Signal: @unchecked Sendable {
    // Unchecked: the state is touched on the loop's thread only: by `perform` in `raise`,
    // by what the loop hands to in `wait`, and `lower` insists on it.
    private let loop: EventLoop
    private var waiter: Waiter?
    private var isRaised = false

    package init(on loop: EventLoop) {
        self.loop = loop
    }

    package func raise() {
        loop.perform { [self] in
            if let waiter, waiter.isPending {
                waiter.wake()
            } else {
                isRaised = true
            }
            waiter = nil
        }
    }

    /// Forgets a raise that nobody waited for; to be called on the loop's thread.
    package func lower() {
        loop.checkIsolated()
        isRaised = false
    }

    /// `.ready` when raised, `.timedOut` at the deadline, `.cancelled` with the task.
    package func wait(until deadline: Instant?) async -> EventLoop.Wake {
        await loop.wait(until: deadline) { [self] waiter in
            // A wait that was cancelled before it began leaves the raise to the next.
            guard waiter.isPending else { return }
            self.waiter = waiter
            if isRaised { waiter.wake() }
            isRaised = false
        }
    }
}
