import Glibc

/// A daemon whose supervisor was ended without having ended it.
package struct Orphan: Sendable {
    package let pid: Int32
    private let child: ChildProcess

    /// Looks for it; the home's lock must be held, so that nobody supervises it after all.
    ///
    /// Nil when nothing of ours is left: the record's process has ended, or is somebody else's.
    package init?(in home: Home) {
        guard let record = ChildRecord.load(from: home) else { return nil }
        switch record.fate() {
        case .dead, .unknowable: return nil
        case .alive:
            guard record.isGenuine(in: home), let child = ChildProcess(adopting: record) else {
                return nil
            }
            self.child = child
        case .remains: child = ChildProcess(remainsOf: record)
        }
        pid = child.pid
    }

    /// Ends it and its group: TERM, and KILL when the grace is over; returns when they have ended.
    package func stop(grace: Duration, on loop: EventLoop) async -> Exit {
        child.signal(SIGTERM)
        let exit = await child.leaderExit(on: loop, within: grace)
        child.signalGroup(SIGTERM)
        await child.groupEnd(on: loop, within: grace)
        return exit
    }
}
