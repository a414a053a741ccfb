import CLinux
import Glibc

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

        init(_ output: Descriptor) {
            self.output = output
        }

        /// The last 64 KiB of what was written.
        func text(on loop: EventLoop) async -> String {
            var bytes: [UInt8] = []
            var isEnding = false
            while true {
                switch drain(into: &bytes) {
                case .closed: return String(decoding: bytes, as: UTF8.self)
                case .empty where isEnding: return String(decoding: bytes, as: UTF8.self)
                case .empty: break
                }
                isEnding = await loop.waitShielded(for: .read, on: output.number) == .cancelled
                if isEnding { continue }
            }
        }

        /// Ends the reading once what is there has been read.
        func end(on loop: EventLoop) {
            loop.forget(output.number)
        }

        private enum State {
            case closed, empty
        }

        private func drain(into bytes: inout [UInt8]) -> State {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(output.number, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count < 0 { return .empty }
                if count == 0 { return .closed }
                bytes += buffer[..<count]
                if bytes.count > 128 << 10 { bytes.removeFirst(bytes.count - 64 << 10) }
            }
        }
    }
}
