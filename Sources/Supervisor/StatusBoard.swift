import Synchronization

/// Where the present `Status` hangs for everyone to read, without waiting for the control loop.
package final class StatusBoard: Sendable {
    private struct State {
        var status: Status
        var revision = 0
        var beats: [VitalPart: Instant]
        var readers: [Int: AsyncStream<Status>.Continuation] = [:]
        var nextReader = 0
        var replacedAPIs = 0
    }

    private let state: Locked<State>
    private let starting = Atomic(false)

    /// The node is on its way from one daemon to the next: everything else may be slower.
    package var isStarting: Bool { starting.load(ordering: .relaxed) }

    func note(isStarting: Bool) {
        starting.store(isStarting, ordering: .relaxed)
    }

    package init(_ status: Status) {
        state = Locked(State(status: status, beats: [:]))
        for part in VitalPart.allCases { beat(part) }
    }

    package var status: Status {
        state.withLock(\.status)
    }

    /// The status, and a number that changes with it.
    package var numbered: (status: Status, revision: Int) {
        state.withLock { ($0.status, $0.revision) }
    }

    /// Since when every part has proved that it turns: the oldest of their last proofs.
    package var lastBeat: Instant {
        state.withLock { $0.beats.values.min() ?? .now }
    }

    package func beat(_ part: VitalPart, at now: Instant = .now) {
        state.withLock { $0.beats[part] = now }
    }

    /// How often the API's loop hung and was replaced.
    package var replacedAPIs: Int { state.withLock(\.replacedAPIs) }

    package func countReplacedAPI() {
        state.withLock { $0.replacedAPIs += 1 }
    }

    /// Replaces the status; readers hear of it only when it differs.
    package func publish(_ status: Status) {
        let readers = state.withLock { state -> [AsyncStream<Status>.Continuation] in
            guard state.status != status else { return [] }
            state.status = status
            state.revision += 1
            return Array(state.readers.values)
        }
        for reader in readers { reader.yield(status) }
    }

    /// The present status and each later one; a slow reader skips to the newest.
    package func changes() -> AsyncStream<Status> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Status.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextReader += 1
            state.readers[state.nextReader] = continuation
            continuation.yield(state.status)
            return state.nextReader
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.readers[id] = nil }
        }
        return stream
    }
}

/// What must turn for an upgrade to be carried out; a supervisor in which one of these hangs is
/// better restarted.
package enum VitalPart: Sendable, CaseIterable {
    /// Commands and observations become effects, and these are begun.
    case lifecycle
    /// The plan file is looked at.
    case watcher
    /// The daemon's end is noticed.
    case reaper
}
