import CLinux
import Glibc

/// One suspended wait; its state changes on the loop's thread only.
final class Waiter: @unchecked Sendable {
    // Unchecked: all of it is touched on the loop's thread only; a cancellation may come there
    // before the wait itself does.
    let descriptor: Int32?
    let direction: EventLoop.Direction
    let deadline: Instant?
    var continuation: CheckedContinuation<EventLoop.Wake, Never>?
    var isCancelled = false

    init(descriptor: Int32?, direction: EventLoop.Direction, deadline: Instant?) {
        self.descriptor = descriptor
        self.direction = direction
        self.deadline = deadline
    }

    var isPending: Bool { continuation != nil }

    /// Ends a wait that is on no descriptor; its deadline, if any, is dropped when it comes up.
    func wake() {
        resume(.ready)
    }

    func resume(_ wake: EventLoop.Wake) {
        continuation?.resume(returning: wake)
        continuation = nil
    }
}

/// The epoll descriptor of a loop, who waits on what, and until when.
///
/// Registrations are one-shot (EPOLLONESHOT): a descriptor nobody waits on costs no wake-ups.
final class EventPoll {
    private struct Interest {
        var read: Waiter?
        var write: Waiter?
        var hangup: Waiter?

        var events: UInt32 {
            (read == nil ? 0 : EPOLLIN.rawValue | EPOLLRDHUP.rawValue)
                | (write == nil ? 0 : EPOLLOUT.rawValue)
                | (hangup == nil ? 0 : EPOLLRDHUP.rawValue)
        }

        subscript(direction: EventLoop.Direction) -> Waiter? {
            get {
                switch direction {
                case .read: read
                case .write: write
                case .hangup: hangup
                }
            }
            set {
                switch direction {
                case .read: read = newValue
                case .write: write = newValue
                case .hangup: hangup = newValue
                }
            }
        }
    }

    private let epoll: Descriptor
    private let waker: Descriptor
    private var interests: [Int32: Interest] = [:]
    private var deadlines = DeadlineQueue<Waiter>()
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    init() throws(SystemError) {
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), call: "epoll_create1")
        waker = try Descriptor(
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), call: "eventfd")
        var event = epoll_event(
            events: EPOLLIN.rawValue, data: epoll_data_t(fd: waker.number))
        guard epoll_ctl(epoll.number, EPOLL_CTL_ADD, waker.number, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Safe from every thread: ends a blocked `poll`.
    func wake() {
        eventfd_write(waker.number, 1)
    }

    func add(_ waiter: Waiter) {
        guard !waiter.isCancelled else { return waiter.resume(.cancelled) }
        if let descriptor = waiter.descriptor {
            var interest = interests[descriptor] ?? Interest()
            let direction = waiter.direction
            precondition(
                interest[direction] == nil, "two wait for \(direction) on \(descriptor)")
            interest[direction] = waiter
            interests[descriptor] = interest
            guard arm(descriptor, interest.events) else {
                // Regular files and closed descriptors: the read or write itself tells.
                detach(waiter)
                return waiter.resume(.ready)
            }
        }
        if let deadline = waiter.deadline {
            deadlines.compact { !$0.isPending }
            deadlines.insert(waiter, at: deadline)
        }
    }

    func cancel(_ waiter: Waiter) {
        waiter.isCancelled = true
        guard waiter.isPending else { return }
        detach(waiter)
        waiter.resume(.cancelled)
    }

    func forget(_ descriptor: Int32) {
        guard let interest = interests.removeValue(forKey: descriptor) else { return }
        var unused = epoll_event()
        epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, &unused)
        interest.read?.resume(.cancelled)
        interest.write?.resume(.cancelled)
        interest.hangup?.resume(.cancelled)
    }

    func endWait(for direction: EventLoop.Direction, on descriptor: Int32) {
        guard let waiter = interests[descriptor]?[direction] else { return }
        detach(waiter)
        waiter.resume(.cancelled)
    }

    /// Waits for descriptors or the next deadline, and resumes those concerned.
    func poll(mayBlock: Bool) {
        let limit = Int32(events.count)
        let count = epoll_wait(epoll.number, &events, limit, mayBlock ? timeout() : 0)
        for event in events.prefix(max(0, Int(count))) {
            if event.data.fd == waker.number {
                var value: eventfd_t = 0
                eventfd_read(waker.number, &value)
            } else {
                dispatch(event.events, to: event.data.fd)
            }
        }
        expire()
    }

    private func dispatch(_ events: UInt32, to descriptor: Int32) {
        guard var interest = interests[descriptor] else { return }
        let failed = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        let readable = failed || events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0
        let writable = failed || events & EPOLLOUT.rawValue != 0
        let hungUp = failed || events & EPOLLRDHUP.rawValue != 0
        let ready = [
            readable ? interest.read : nil, writable ? interest.write : nil,
            hungUp ? interest.hangup : nil,
        ]
        if readable { interest.read = nil }
        if writable { interest.write = nil }
        if hungUp { interest.hangup = nil }
        interests[descriptor] = interest
        if interest.events != 0 { _ = arm(descriptor, interest.events) }
        for waiter in ready { waiter?.resume(.ready) }
    }

    private func expire() {
        guard !deadlines.isEmpty else { return }
        let now = Instant.now
        while let waiter = deadlines.popFirst(before: now) {
            guard waiter.isPending else { continue }
            detach(waiter)
            waiter.resume(.timedOut)
        }
    }

    /// Milliseconds for epoll_wait, rounded up so that a deadline is over when it returns.
    private func timeout() -> Int32 {
        deadlines.dropWhile { !$0.isPending }
        guard let next = deadlines.first else { return -1 }
        let left = next - .now
        guard left > .zero else { return 0 }
        let (seconds, attoseconds) = left.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds) * 1000
            + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private func detach(_ waiter: Waiter) {
        guard let descriptor = waiter.descriptor, var interest = interests[descriptor] else {
            return
        }
        if interest[waiter.direction] === waiter { interest[waiter.direction] = nil }
        interests[descriptor] = interest
    }

    private func arm(_ descriptor: Int32, _ events: UInt32) -> Bool {
        var event = epoll_event(
            events: events | EPOLLONESHOT.rawValue, data: epoll_data_t(fd: descriptor))
        if epoll_ctl(epoll.number, EPOLL_CTL_MOD, descriptor, &event) == 0 { return true }
        return errno == ENOENT
            && epoll_ctl(epoll.number, EPOLL_CTL_ADD, descriptor, &event) == 0
    }
}
