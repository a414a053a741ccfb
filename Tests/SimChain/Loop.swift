import CLinux
import Glibc

/// A poll(2) loop with timers: everything of a node happens in its one thread.
final class Loop {
    /// What is to be done, and when.
    private struct Timer {
        let due: Duration
        let action: () -> Void
    }

    private var timers: [Timer] = []
    private var watches: [Int32: () -> Void] = [:]

    func at(_ moment: Duration, _ action: @escaping () -> Void) {
        timers.append(Timer(due: moment, action: action))
    }

    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        at(Monotonic.now + delay, action)
    }

    func cancelTimers() {
        timers = []
    }

    /// Calls the action whenever the descriptor can be read.
    func watch(_ descriptor: Int32, _ action: @escaping () -> Void) {
        watches[descriptor] = action
    }

    func unwatch(_ descriptor: Int32) {
        watches[descriptor] = nil
    }

    /// Blocks the signals and hands each that arrives to the action.
    func watch(signals: [Int32], _ action: @escaping (Int32) -> Void) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        sigprocmask(SIG_BLOCK, &set, nil)
        let descriptor = signalfd(-1, &set, Int32(SFD_CLOEXEC))
        watch(descriptor) {
            var info = signalfd_siginfo()
            guard read(descriptor, &info, MemoryLayout.size(ofValue: info)) > 0 else { return }
            action(Int32(info.ssi_signo))
        }
    }

    func run() -> Never {
        while true {
            waitForEvent()
            fireTimers()
        }
    }

    /// Milliseconds to the next timer, rounded up; −1 without any.
    private var timeout: Int32 {
        guard let due = timers.map(\.due).min() else { return -1 }
        let left = max(.zero, due - Monotonic.now).nanoseconds
        return Int32(clamping: (left + 999_999) / 1_000_000)
    }

    private func waitForEvent() {
        var entries = watches.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), timeout) > 0 else { return }
        // An action may close a descriptor that another entry names: looked up anew each time.
        for entry in entries where entry.revents != 0 { watches[entry.fd]?() }
    }

    /// One at a time, since an action may cancel those after it.
    private func fireTimers() {
        let now = Monotonic.now
        while let next = timers.indices.min(by: { timers[$0].due < timers[$1].due }),
            timers[next].due <= now
        {
            timers.remove(at: next).action()
        }
    }
}
