import Glibc

/// The standard input, whose end says that nobody wants the result any more.
enum Supervision {
    /// Ends the process if its input has ended; does not wait.
    static func endIfUnwanted() {
        var watched = [pollfd(fd: UnpackDescriptors.orders, events: Int16(POLLIN), revents: 0)]
        guard poll(&watched, 1, 0) > 0 else { return }
        endAtEndOfInput()
    }

    /// Waits until there is something to read, or the file has ended; a regular file never waits.
    static func waitUntilReadable(_ file: Int32) {
        while true {
            var watched = [UnpackDescriptors.orders, file].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[0].revents != 0 { endAtEndOfInput() }
            if watched[1].revents != 0 { return }
        }
    }

    /// What is said after the order means nothing.
    private static func endAtEndOfInput() {
        var byte: UInt8 = 0
        let count = read(UnpackDescriptors.orders, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR && errno != EAGAIN { _exit(1) }
    }
}
