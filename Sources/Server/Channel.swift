import CLinux
import Glibc
import Supervisor

/// A connected stream socket: reads and writes that wait on an event loop.
struct Channel: Sendable {
    let descriptor: Descriptor
    let loop: EventLoop

    private static let readSize = 16 * 1024

    /// Appends what has arrived, and waits for it if nothing has.
    /// - Returns: How many bytes; 0 at the end of the stream.
    func read(
        into buffer: inout ReadBuffer, until deadline: Instant
    ) async throws(ChannelError) -> Int {
        while true {
            let count = receive(into: &buffer)
            if count >= 0 { return count }
            try await settle(.read, until: deadline)
        }
    }

    /// Writes everything, in one call when the socket takes it.
    /// - Parameter stall: How long it may take the other side to take any of it.
    func write(_ bytes: [UInt8], stall: Duration) async throws(ChannelError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                send(
                    descriptor.number, bytes.baseAddress.map { $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else {
                try await settle(.write, until: .now + stall)
            }
        }
    }

    /// Tells the other side that nothing more will come.
    func endWriting() {
        shutdown(descriptor.number, Int32(SHUT_WR))
    }

    private func receive(into buffer: inout ReadBuffer) -> Int {
        withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) { space in
            let count = recv(descriptor.number, space.baseAddress, space.count, 0)
            if count > 0 { buffer.append(UnsafeRawBufferPointer(rebasing: space[..<count])) }
            return count
        }
    }

    /// After a call that failed: waits when it would have blocked, throws when it is lost.
    private func settle(
        _ direction: EventLoop.Direction, until deadline: Instant
    ) async throws(ChannelError) {
        let code = errno
        guard code != EINTR else { return }
        guard code == EAGAIN else { throw .broken(code) }
        switch await loop.wait(for: direction, on: descriptor.number, until: deadline) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        }
    }
}

/// Why a connection is of no more use.
enum ChannelError: Error, Equatable {
    case timedOut, cancelled
    /// With errno.
    case broken(Int32)
}

/// Bytes that arrived and are not consumed yet.
struct ReadBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    var isEmpty: Bool { start == bytes.count }
    var unread: ArraySlice<UInt8> { bytes[start...] }

    mutating func append(_ new: UnsafeRawBufferPointer) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: new)
    }

    mutating func consume(_ count: Int) {
        start += count
        // An idle connection holds no memory.
        if isEmpty { removeAll() }
    }

    mutating func removeAll() {
        bytes = []
        start = 0
    }
}
