import CLinux
import Glibc
import Supervisor

/// The signals that are blocked since the first statement of `main`, one after the other.
struct SignalReader: Sendable {
    private let descriptor: Descriptor
    private let loop: EventLoop

    enum Signal: Sendable, Equatable {
        /// TERM, INT or QUIT.
        case end(Int32)
        /// HUP.
        case reload
        /// CHLD: only of interest to PID 1.
        case childEnded
    }

    init(on loop: EventLoop) throws(SystemError) {
        descriptor = try Descriptor(negated: clinux_signal_fd(), call: "signalfd")
        self.loop = loop
    }

    /// Waits for the next signal; nil when the task was cancelled.
    func next() async -> Signal? {
        while true {
            var info = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            if read(descriptor.number, &info, size) == size {
                switch Int32(info.ssi_signo) {
                case SIGHUP: return .reload
                case SIGCHLD: return .childEnded
                case let number: return .end(number)
                }
            }
            guard await loop.wait(for: .read, on: descriptor.number) == .ready else { return nil }
        }
    }
}
