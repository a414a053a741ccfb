import FoundationEssentials
import Glibc
import StageMessages

/// Runs of `switchyard-stage`, which handles bytes that nobody vouches for.
///
/// Nothing that it says is believed. When a run is over, its whole process group is dead, and what it
/// has written is looked at by us.
extension NodeSupervisor {
    /// Told of bytes done, and in all.
    typealias Progress = @Sendable (isolated NodeSupervisor, Int64, Int64?) -> Void

    struct StageRun: Sendable {
        var order: StageOrder
        /// Become 3 and 4.
        var descriptors: [Descriptor] = []
        /// Ends it when it is raised.
        var stop = StopWish()
        /// Raised by who takes what it writes, and takes no more: ends it, too.
        var refusal = StopWish()
        /// Ends it, however busy it is; nil for as long as it reports.
        var deadline: Instant?
        /// How long a program that is probed has, from when it is shut in; nil for as long as it likes.
        var patience: Duration?
        var tell: Progress = { _, _, _ in }

        fileprivate var isStopped: Bool { stop.isRaised || refusal.isRaised }
    }

    /// How long a run may say nothing: its own pauses between attempts are a minute at most.
    private static let silence = Duration.seconds(150)
    /// How often the space that is left is looked at meanwhile.
    private static let look = Duration.milliseconds(250)

    /// Runs the order to its end.
    ///
    /// - Returns: What a program that was probed has printed.
    func carryOut(_ run: StageRun) async throws(StageError) -> String {
        try await finish(run).result()
    }

    /// Runs a program that came from outside to its end, or to the end of the run's patience.
    ///
    /// - Throws: Only while the program itself has not begun, and `.stopped` and `.full`.
    func probe(_ run: StageRun) async throws(StageError) -> VersionAnswer {
        try await finish(run).answer()
    }

    private func finish(_ run: StageRun) async throws(StageError) -> FinishedStageRun {
        guard let program = setup.stageProgram else { throw .missing }
        let child: ChildProcess
        let pipes: StagePipes.Ours
        do throws(SystemError) {
            (child, pipes) = try await begin(run, program)
        } catch {
            throw .system(error)
        }
        defer { memory.unreaped.remove(child.pid) }
        return await follow(run, child, pipes)
    }

    private func begin(
        _ run: StageRun, _ program: String
    ) async throws(SystemError) -> (ChildProcess, StagePipes.Ours) {
        let pipes = try StagePipes()
        var request = ProcessRequest(
            path: program, arguments: [], environment: setup.stageEnvironment, directory: "/",
            output: .descriptor(pipes.theirOutput))
        request.input = pipes.theirInput
        request.descriptors = run.descriptors
        let gated = try request.spawn()
        memory.unreaped.insert(gated.pid)
        let child = ChildProcess(
            pid: gated.pid, startTicks: ProcessEntry(pid: gated.pid)?.startTicks ?? 0,
            pidfd: gated.pidfd)
        do throws(SystemError) {
            try await gated.release(on: loop, path: program)
        } catch {
            _ = await child.leaderExit(on: loop, within: .zero)
            memory.unreaped.remove(gated.pid)
            throw error
        }
        return (child, pipes.ours)
    }

    private func follow(
        _ run: StageRun, _ child: ChildProcess, _ pipes: StagePipes.Ours
    ) async -> FinishedStageRun {
        let (loop, output) = (loop, pipes.output.number)
        let wishes = [run.stop, run.refusal]
        for wish in wishes { wish.onRaise { loop.endWait(for: .read, on: output) } }
        var read = StageOutput()
        // One that takes no order has ended, and how is all there is to tell.
        let ending = pipes.say(run.order) ? await listen(to: run, pipes, &read) : .closed
        for wish in wishes { wish.onRaise(nil) }
        loop.forget(output)
        let grace: Duration = ending == .closed ? .seconds(2) : .zero
        let exit = await child.leaderExit(on: loop, within: grace)
        // A member that lives on could go on writing.
        child.signalGroup(SIGKILL)
        await child.groupEnd(on: loop, within: .zero)
        return FinishedStageRun(ending: ending, output: read, exit: exit)
    }

    private func listen(
        to run: StageRun, _ pipes: StagePipes.Ours, _ read: inout StageOutput
    ) async -> StageEnding {
        var quietSince = Instant.now
        var deadline = run.deadline
        while true {
            let wake = await loop.wait(
                for: .read, on: pipes.output.number,
                until: min(deadline ?? .now + Self.look, .now + Self.look),
                unless: { run.isStopped })
            if run.isStopped || Task.isCancelled { return .stopped }
            if let deadline, deadline <= .now { return .late }
            switch wake {
            case .ready:
                guard let bytes = pipes.read() else { return .closed }
                if let progress = read.take(bytes) { run.tell(self, progress.done, progress.total) }
                quietSince = .now
                if deadline == nil, read.end == .confined {
                    deadline = run.patience.map { .now + $0 }
                }
            case .timedOut, .cancelled:
                if quietSince + Self.silence <= .now { return .silent }
            }
            guard staging.quarantine.hasReserve else { return .full }
        }
    }
}

/// Why nobody listens to a run any more.
private enum StageEnding {
    /// It has closed its output.
    case closed
    case stopped, late, silent
    /// There would be less space than is kept for the node.
    case full
}

/// A run whose whole process group is dead.
private struct FinishedStageRun {
    let ending: StageEnding
    let output: StageOutput
    let exit: Exit

    func result() throws(StageError) -> String {
        switch ending {
        case .stopped: throw .stopped
        case .full: throw .full
        case .silent: throw .crashed("it said nothing for a long time and was ended")
        case .late: throw .crashed("it took too long and was ended")
        case .closed: break
        }
        switch output.end {
        case .finished, .confined: return output.text
        case .failed(let failure): throw .failed(failure)
        case .progress, nil:
            throw .crashed(
                "it ended with \(exit)" + (output.text.isEmpty ? "" : ": \(output.text)"))
        }
    }

    func answer() throws(StageError) -> VersionAnswer {
        switch (ending, output.end) {
        case (.late, .confined), (.silent, .confined): return .late
        case (.closed, .finished): throw .crashed("it ran no program")
        default: break
        }
        let text = try result()
        // What it says once it was shut in, and the program did not take its place.
        if let failure = StageOutput.failure(in: text) { return .refused(failure.detail) }
        return .ended(exit, text)
    }
}

/// Why a run of `switchyard-stage` has no result.
enum StageError: Error, Sendable, Equatable {
    /// It is not installed.
    case missing
    case stopped
    case full
    /// What it says itself.
    case failed(StageFailure)
    /// It ended otherwise than it should.
    case crashed(String)
    case system(SystemError)
}
