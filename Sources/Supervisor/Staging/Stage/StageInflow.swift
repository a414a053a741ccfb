import Glibc

/// What a run of `switchyard-stage` writes, taken while it runs: a socket that becomes its descriptor 3.
///
/// A socket's buffers are larger pieces of memory than a pipe's pages, and writer and reader do not
/// wait for each other's lock. It ends with the run and not with the socket, whose other end somebody
/// might keep.
final class StageInflow: Sendable {
    /// For the run.
    let theirs: Descriptor
    private let ours: Descriptor
    private let loop: EventLoop
    private let isOver = Locked(false)

    init(on loop: EventLoop) throws(SystemError) {
        let pair = try StagePipes.socketPair()
        // Only faster, and never more than this host lets anybody have.
        var size: Int32 = 1 << 20
        setsockopt(
            pair.write.number, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(pair.read.number, F_SETFL, O_NONBLOCK)
        theirs = pair.write
        ours = pair.read
        self.loop = loop
    }

    /// The run's whole process group is dead: what is in the pipe now is all.
    ///
    /// To be called on the loop's thread.
    func end() {
        isOver.withLock { $0 = true }
        loop.forget(ours.number)
    }

    /// What has arrived, on whichever thread.
    ///
    /// - Parameter patience: The longest that the thread may wait for it.
    func take(
        into space: UnsafeMutableRawBufferPointer, within patience: Duration = .zero
    ) throws(StagingRefusal) -> IntakeTurn.Arrival {
        let wasOver = isOver.withLock(\.self)
        if let count = try read(into: space) { return .bytes(count) }
        guard !wasOver else { return .end }
        guard patience > .zero else { return .nothing }
        var interest = pollfd(fd: ours.number, events: Int16(POLLIN), revents: 0)
        poll(&interest, 1, Int32(patience / .milliseconds(1)))
        return try read(into: space).map { .bytes($0) } ?? .nothing
    }

    /// Waits until something has arrived, or the run is over.
    func wait() async {
        _ = await loop.waitShielded(for: .read, on: ours.number) {
            self.isOver.withLock(\.self)
        }
    }

    /// All of a text.
    ///
    /// - Throws: `.tooLarge`, and `.cancelled` when the task was.
    func collect(atMost limit: Int64) async throws(StagingRefusal) -> [UInt8] {
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 64)
        defer { space.deallocate() }
        var bytes: [UInt8] = []
        while true {
            guard !Task.isCancelled else { throw .cancelled }
            switch try take(into: space) {
            case .end: return bytes
            case .nothing: await wait()
            case .bytes(let count):
                bytes += space[..<count]
                guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
            }
        }
    }

    private func read(into space: UnsafeMutableRawBufferPointer) throws(StagingRefusal) -> Int? {
        while true {
            let count = Glibc.read(ours.number, space.baseAddress, space.count)
            if count > 0 { return count }
            // Ours is no last end for as long as we hold theirs, too.
            guard count < 0, errno != EAGAIN else { return nil }
            guard errno == EINTR else { throw StagingRefusal(SystemError("read")) }
        }
    }
}

extension StagingArea {
    /// Takes all that a run writes, from the intake's beginning.
    func take(
        _ inflow: StageInflow, into empty: Intake
    ) async throws(StagingRefusal) -> Intake {
        // An earlier run may have written some of it.
        var intake = try await pool.run { () throws(StagingRefusal) in
            var intake = empty
            try intake.rewind(to: empty)
            return intake
        }
        while true {
            let pause = await turn(of: &intake) { space, moment throws(StagingRefusal) in
                try inflow.take(into: space, within: moment)
            }
            switch pause {
            case .turn where Task.isCancelled: throw .cancelled
            case .turn: continue
            case .nothing: await inflow.wait()
            case .end: return intake
            case .failed(let refusal), .refused(let refusal): throw refusal
            }
        }
    }
}
