import CLinux
import Glibc
import Supervisor

/// A pipe whose reading end does not block.
struct Pipe: Sendable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws {
        var ends: [Int32] = [-1, -1]
        let result = clinux_pipe(&ends)
        guard result == 0 else { throw SystemError("pipe2", code: -result) }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
        _ = fcntl(reading.number, F_SETFL, O_NONBLOCK)
    }

    func write(_ text: String) {
        _ = Glibc.write(writing.number, text, text.utf8.count)
    }

    /// What is there now.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(reading.number, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}

/// Both ends of a connected stream socket, neither of which blocks.
struct SocketPair: Sendable {
    let near: Descriptor
    let far: Descriptor

    init() throws {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
            throw SystemError("socketpair")
        }
        near = Descriptor(owning: ends[0])
        far = Descriptor(owning: ends[1])
    }

    /// Writes until no more fits.
    static func fill(_ end: Descriptor) {
        let bytes = [UInt8](repeating: 7, count: 65536)
        while send(end.number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 {}
    }

    /// Reads until nothing is left.
    static func drain(_ end: Descriptor) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while read(end.number, &bytes, bytes.count) > 0 {}
    }
}
