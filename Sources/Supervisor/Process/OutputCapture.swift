import CLinux
import Glibc
import Synchronization

/// Both output streams of a program, through one pipe.
struct OutputCapture {
    /// The program's end; to be dropped once the program has it.
    let input: Descriptor
    private let output: Descriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let result = clinux_pipe(&ends)
        guard result == 0 else { throw SystemError("pipe2", code: -result) }
        output = Descriptor(owning: ends[0])
        input = Descriptor(owning: ends[1])
        // Ours alone: the program's end stays blocking, as programs expect.
        _ = fcntl(output.number, F_SETFL, O_NONBLOCK)
    }

    /// The reading end, when the program has been given its own.
    func begin() -> Reader { Reader(output) }

    /// Reads until every writer is gone, or until `end`: a daemon that a program left behind may hold
    /// the pipe for ever.
    final class Reader: Sendable {
        private let output: Descriptor
        private let isEnded = Atomic(false)

        init(_ output: Descriptor) {
            self.output = output
        }

        /// The last 64 KiB of what was written.
        func text(on loop: EventLoop) async -> String {
            var bytes: [UInt8] = []
            while true {
                let isLast = isEnded.load(ordering: .acquiring)
                if drain(into: &bytes) == .closed || isLast {
                    return String(decoding: bytes.suffix(Self.capacity), as: UTF8.self)
                }
                _ = await loop.waitShielded(for: .read, on: output.number) {
                    self.isEnded.load(ordering: .acquiring)
                }
            }
        }

        /// Ends the reading, at whichever point it is, once what is there has been read.
        func end(on loop: EventLoop) {
            isEnded.store(true, ordering: .releasing)
            loop.forget(output.number)
        }

        private enum State {
            case closed, open
        }

        /// Takes what is there, a pipe's capacity at most: some programs write without end.
        private func drain(into bytes: inout [UInt8]) -> State {
            var buffer = [UInt8](repeating: 0, count: Self.capacity)
            var left = buffer.count
            while left > 0 {
                let count = read(output.number, &buffer, left)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return .open }
                if count == 0 { return .closed }
                left -= count
                bytes += buffer[..<count]
            }
            if bytes.count > 2 * Self.capacity { bytes.removeFirst(bytes.count - Self.capacity) }
            return .open
        }

        /// Of a pipe, pipe(7).
        private static let capacity = 64 << 10
    }
}
