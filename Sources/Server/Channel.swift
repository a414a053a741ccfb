import CLinux
import Glibc
import Supervisor

/// A connected stream socket: reads and writes that wait on an event loop.
struct Channel: Sendable {
    let descriptor: Descriptor
    let loop: EventLoop

    private static let readSize = 16 * 1024
    /// What one task may send before the others of its loop have their turn.
    private static let turn = 256 * 1024

    /// Appends what has arrived, and waits for it if nothing has.
    /// - Returns: How many bytes; 0 at the end of the stream.
    func read(
        into buffer: inout ReadBuffer, until deadline: Instant
    ) async throws(ChannelError) -> Int {
        while true {
            if let count = try receive(into: &buffer) { return count }
            try await wait(for: .read, until: deadline)
        }
    }

    /// Appends what has arrived.
    /// - Returns: How many bytes; 0 at the end of the stream, nil when there is nothing yet.
    func receive(into buffer: inout ReadBuffer) throws(ChannelError) -> Int? {
        let count = withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) {
            space in
            let count = received(into: space)
            if count > 0 { buffer.append(UnsafeRawBufferPointer(rebasing: space[..<count])) }
            return count
        }
        return try Self.arrived(count)
    }

    /// What has arrived, as much of it as there is space for.
    /// - Returns: How many bytes; 0 at the end of the stream, nil when there is nothing yet.
    func receive(into space: UnsafeMutableRawBufferPointer) throws(ChannelError) -> Int? {
        try Self.arrived(received(into: space))
    }

    /// Holds the calling thread until something arrives or the time, in whole milliseconds, is over.
    func poll(_ patience: Duration) {
        var interest = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        Glibc.poll(&interest, 1, Int32(patience / .milliseconds(1)))
    }

    /// Writes everything, in one call when the socket takes it.
    /// - Parameter stall: How long it may take the other side to take any of it.
    func write(_ bytes: [UInt8], stall: Duration) async throws(ChannelError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                send(
                    descriptor.number, bytes.baseAddress.map { $0 + sent },
                    min(bytes.count - sent, Self.turn), Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
                if sent < bytes.count { await Task.yield() }
            } else if errno == EAGAIN {
                try await wait(for: .write, until: .now + stall)
            } else if errno != EINTR {
                throw .broken(errno)
            }
        }
    }

    func wait(
        for direction: EventLoop.Direction, until deadline: Instant
    ) async throws(ChannelError) {
        switch await loop.wait(for: direction, on: descriptor.number, until: deadline) {
        case .ready: return
        case .timedOut: throw .timedOut
        case .cancelled: throw .cancelled
        }
    }

    /// Tells the other side that nothing more will come.
    func endWriting() {
        shutdown(descriptor.number, Int32(SHUT_WR))
    }

    private func received(into space: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = recv(descriptor.number, space.baseAddress, space.count, 0)
            guard count < 0, errno == EINTR else { return count }
        }
    }

    /// Sorts a call's result, right after the call.
    private static func arrived(_ count: Int) throws(ChannelError) -> Int? {
        guard count < 0 else { return count }
        guard errno == EAGAIN else { throw .broken(errno) }
        return nil
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
