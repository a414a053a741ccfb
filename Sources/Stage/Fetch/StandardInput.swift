import CCurl
import Glibc

/// Whoever wants the result holds our standard input open.
enum StandardInput {
    /// For curl_multi_poll(3), that it wakes.
    static var watched: curl_waitfd {
        curl_waitfd(fd: 0, events: Int16(CURL_WAIT_POLLIN), revents: 0)
    }

    /// Ends the process, with all its threads, if nobody wants the result any more.
    static func endRunIfClosed() {
        if isClosed(within: 0) { _exit(EXIT_FAILURE) }
    }

    /// Lets time pass, unless the run is to end.
    static func pause(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while true {
            let left = end - ContinuousClock.now
            guard left > .zero else { return }
            let milliseconds = min(left / .milliseconds(1), 60_000).rounded(.up)
            if isClosed(within: Int32(milliseconds)) { _exit(EXIT_FAILURE) }
        }
    }

    private static func isClosed(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return false }
        var dropped = [UInt8](repeating: 0, count: 4096)
        let count = read(0, &dropped, dropped.count)
        return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)
    }
}
