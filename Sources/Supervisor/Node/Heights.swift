import FoundationEssentials
import Glibc
import Logging

extension NodeSupervisor {
    /// Asks the daemon for its heights every few seconds: for the status, to prove a switch, and to
    /// notice a node that halted without a plan file.
    func followHeights() async {
        while true {
            guard await following.wait(until: .now + pauseBeforeAsking) != .cancelled else {
                return
            }
            guard case .running = lifecycle.phase else { continue }
            let answer = await askHeights()
            proveSwitch()
            await askForPlanIfStalled()
            if isNearHeightPlan || memory.halt?.source == .plan && isStanding { judging.raise() }
            // Without an answer nothing has changed.
            guard answer != nil else { continue }
            publishing.raise()
            await keepHeight()
        }
    }

    private var pauseBeforeAsking: Duration {
        guard let run = lifecycle.phase.run else { return .seconds(5) }
        if run.provisional != nil { return .milliseconds(250) }
        if let pause = pauseBeforeHeightPlan { return pause }
        // A node that has told nothing for a while may tell nothing ever, or replays for minutes.
        let isNew = .now - run.since < .seconds(10)
        return memory.heights == nil && isNew ? .seconds(1) : .seconds(5)
    }

    /// Asks anew; what was answered of an earlier child is dropped.
    @discardableResult
    func askHeights() async -> RPCHeights? {
        let generation = memory.generation
        let asked = await setup.probe.heights(.now + .seconds(2))
        if asked == nil, memory.child != nil { counters.count { $0.watchErrors[.rpc] += 1 } }
        guard let heights = asked, memory.generation == generation, memory.child != nil,
            isOurs(heights)
        else { return nil }
        if memory.heights == nil {
            memory.heights = ObservedHeights(heights, at: .now)
            noteFirst(heights)
            asking.raise()
        } else {
            memory.heights?.update(heights, at: .now)
        }
        if let stored = heights.stored {
            memory.pace.observe(stored, at: .now, isCatchingUp: heights.catchingUp == true)
            memory.hasShownHeight = true
            memory.shownRelease = memory.release?.directory
            memory.fruitlessStarts = 0
        }
        return heights
    }

    /// Writes it down once a minute, as a hint for commands that run while no node does.
    private func keepHeight() async {
        guard let stored = memory.heights?.heights.stored, stored > 0,
            memory.heightKept.map({ .now - $0 >= .seconds(60) }) ?? true
        else { return }
        memory.heightKept = .now
        let path = setup.home.heightRecord
        // A hint that cannot be written is none.
        await onPool { try? DurableFile.replace(path, with: "\(stored)\n".utf8, synced: false) }
    }

    /// The lowest that is known of when the daemon began.
    private func noteFirst(_ heights: RPCHeights) {
        memory.heightAtStart = [memory.heightAtStart, heights.stored].compactMap(\.self).min()
    }

    /// No block has come for a while.
    private var isStanding: Bool {
        memory.heights.map { .now - $0.stoodSince >= .seconds(10) } ?? false
    }

    /// Another node on the daemon's port would lie to us.
    func isOurs(_ heights: RPCHeights) -> Bool {
        guard let answered = heights.nodeID,
            let own = NodeIdentity.id(ofKeyFile: setup.home.nodeKey)
        else { return true }
        guard answered.lowercased() != own else {
            memory.foreignNode = nil
            return true
        }
        if memory.foreignNode != answered {
            log.warning(
                "another node answers at the daemon's RPC address; its heights are not used",
                metadata: ["node.id": "\(answered)", "own.id": "\(own)"])
        }
        memory.foreignNode = answered
        return false
    }

    /// Ends the provisional state once the new binary has applied the plan's height.
    private func proveSwitch() {
        guard let due = memory.due, case .running(let run) = lifecycle.phase,
            let plan = run.provisional
        else { return }
        // Without any source of heights, a minute alive has to do.
        let isProven =
            isComet
            ? (memory.heights?.heights.applied).map { $0 >= due.height } ?? false
            : .now - run.since >= .seconds(60)
        guard isProven else { return }
        forgetDue()
        log.notice(
            "the upgrade is verified",
            metadata: ["plan.name": "\(plan.name.text)", "plan.height": "\(plan.height)"])
        observe(.verified)
        judging.raise()
        // It has applied the plan, which the chain can tell from now on.
        asking.raise()
    }

    /// A node that stands with block H stored and not applied may wait for a plan it could not write.
    private func askForPlanIfStalled() async {
        guard let seen = memory.heights, let stored = seen.heights.stored, stored > 0,
            seen.heights.applied == stored - 1, .now - seen.stoodSince >= .seconds(10)
        else {
            memory.chainPlan = nil
            return
        }
        let generation = memory.generation
        let plan = await setup.probe.plan(until: .now + .seconds(2))
        guard memory.generation == generation else { return }
        memory.chainPlan = plan
        judging.raise()
    }

    /// The home looks like CometBFT's.
    var isComet: Bool {
        let home = setup.home
        guard access(home.config + "/config.toml", F_OK) == 0 else { return false }
        return access(home.data + "/cs.wal", F_OK) == 0
            || access(home.data + "/blockstore.db", F_OK) == 0
    }

    /// Adds what the consensus log tells; read off the loop, for it may be 10 MiB.
    func addLog(to facts: inout Facts) async {
        let log = ConsensusLog(of: setup.home)
        let now = Instant.now
        let size = log.size
        if memory.log?.size != size {
            let height = await onPool { log.lastEndHeight }
            memory.log = LogReading(size: size, height: height, since: now)
        }
        facts.wal = memory.log?.height
        facts.walQuietFor = size == nil ? nil : memory.log.map { now - $0.since }
        if facts.child == .alive, facts.wal != nil, memory.log?.height != nil {
            memory.hasShownHeight = memory.hasShownHeight || memory.logAtStart != (size ?? 0)
        }
    }

    /// Runs what blocks on the pool's threads.
    func onPool<Result: Sendable, Failure: Error>(
        _ body: @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await pool.run(body)
    }
}

/// The consensus log as it was read last.
struct LogReading: Sendable, Equatable {
    let size: Int64?
    let height: Height?
    /// When it was first seen at this size.
    let since: Instant
}
