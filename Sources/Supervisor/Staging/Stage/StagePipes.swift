import CLinux
import FoundationEssentials
import Glibc
import StageMessages

/// What a run of `switchyard-stage` is joined to us by: a socket for its order, and a pipe for its
/// reports.
struct StagePipes {
    let theirInput: Descriptor
    let theirOutput: Descriptor
    let ours: Ours

    /// Our ends; that the input is closed with the last copy of this ends the run.
    struct Ours: Sendable {
        fileprivate let input: Descriptor
        let output: Descriptor

        /// Whether the order could be said: a run that has ended already takes none.
        func say(_ order: StageOrder) -> Bool {
            // Strings and numbers always encode.
            var line = (try? JSONEncoder().encode(order)).map(Array.init) ?? []
            line.append(UInt8(ascii: "\n"))
            // It fits into an empty socket: an address is 16 KiB at most. No signal, if the run has
            // ended.
            return send(input.number, line, line.count, Int32(MSG_NOSIGNAL)) == line.count
        }

        /// What is there; nil at the end.
        func read() -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = Glibc.read(output.number, &buffer, buffer.count)
            if count < 0 { return errno == EAGAIN || errno == EINTR ? [] : nil }
            return count == 0 ? nil : Array(buffer.prefix(count))
        }
    }

    init() throws(SystemError) {
        let orders = try Self.socketPair()
        let reports = try Self.pipe()
        theirInput = orders.read
        theirOutput = reports.write
        _ = fcntl(reports.read.number, F_SETFL, O_NONBLOCK)
        ours = Ours(input: orders.write, output: reports.read)
    }

    static func socketPair() throws(SystemError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair") }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }

    private static func pipe() throws(SystemError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let result = clinux_pipe(&ends)
        guard result == 0 else { throw SystemError("pipe2", code: -result) }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }
}
