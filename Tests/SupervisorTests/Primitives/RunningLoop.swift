import Supervisor

/// An event loop on a thread of its own, which ends with the last reference.
final class RunningLoop: Sendable {
    let loop: EventLoop

    init(name: String = "sy-test") throws {
        loop = try EventLoop(name: name)
        loop.start()
    }

    deinit {
        loop.stop()
    }

    /// Returns when all that was handed to the loop before has been done.
    func roundTrip() async {
        await withCheckedContinuation { continuation in
            loop.perform { continuation.resume() }
        }
    }

    /// Runs the body on the loop's thread, its waits included.
    func run<R: Sendable>(_ body: sending @Sendable () async throws -> R) async rethrows -> R {
        try await withTaskExecutorPreference(loop) { try await body() }
    }
}

/// Numbers that are random and the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
