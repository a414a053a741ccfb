import CLinux
import FoundationEssentials
import Glibc
import Logging

/// Runs one node: holds its `Lifecycle`, makes the world follow it, and publishes its `Status`.
///
/// All of it turns on one event loop's thread, which nothing else uses. A method that changes state
/// has no suspension within; what takes time is a child task that ends in one observation.
package actor NodeSupervisor {
    package nonisolated let loop: EventLoop
    package nonisolated let board: StatusBoard
    /// What has happened to the node, over runs of ours.
    package nonisolated let journal: Journal
    package nonisolated let counters: Counters
    /// What operators have said of plans.
    let plans: PlanBook
    package nonisolated let staging: StagingArea
    let pool: BlockingPool
    let log: Logger
    let setup: Setup

    var lifecycle: Lifecycle
    var memory = Memory()
    private let orders: AsyncStream<Order>
    private let queue: AsyncStream<Order>.Continuation
    let timer: Signal
    let judging: Signal
    let following: Signal
    let publishing: Signal
    let cancelling: Signal
    let preflighting: Signal
    let acquiring: Signal
    let sounding: Signal
    let asking: Signal

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// - Parameter board: where the status is published; nil for one of its own.
    package init(
        setup: Setup, board: StatusBoard? = nil, counters: Counters = Counters(), loop: EventLoop,
        pool: BlockingPool, stagingPool: BlockingPool? = nil, log: Logger
    ) {
        self.setup = setup
        self.counters = counters
        plans = PlanBook(setup.home)
        self.loop = loop
        self.pool = pool
        staging = StagingArea(setup, pool: stagingPool ?? pool, counters: counters, loop: loop)
        self.log = log
        lifecycle = Lifecycle(policy: setup.policy, seed: UInt64.random(in: .min ... .max))
        (orders, queue) = AsyncStream.makeStream(of: Order.self)
        timer = Signal(on: loop)
        judging = Signal(on: loop)
        following = Signal(on: loop)
        publishing = Signal(on: loop)
        cancelling = Signal(on: loop)
        preflighting = Signal(on: loop)
        acquiring = Signal(on: loop)
        sounding = Signal(on: loop)
        asking = Signal(on: loop)
        self.board = board ?? StatusBoard(.starting(version: setup.version))
        journal = Journal(home: setup.home)
    }

    /// Looks for what an earlier run left, and whether this home may be supervised at all.
    ///
    /// The home's lock must be held.
    /// - Throws: `StartRefusal`; nothing was begun or touched then.
    package func prepare() throws(StartRefusal) {
        memory.earlier = try findEarlierDaemon()
        try makeOwnFolder()
    }

    /// Supervises until the lifecycle ends; answers the exit code of the whole program.
    ///
    /// `prepare` must have succeeded.
    package func run() async -> Int32 {
        let found = memory.earlier
        // Before the first judgement: a daemon must not be started without its halt height.
        memory.heightPlans = plans.heightPlans
        defer { journal.finish() }
        return await withDiscardingTaskGroup(returning: Int32.self) { group in
            group.addTask { await self.writeJournal() }
            group.addTask { await self.keepTime() }
            group.addTask { await self.watchPlanFile() }
            group.addTask { await self.keepJudging() }
            group.addTask { await self.followHeights() }
            group.addTask { await self.keepPublishing() }
            group.addTask { await self.loadOperations() }
            group.addTask { await self.keepHashing() }
            group.addTask { await self.keepStaging() }
            group.addTask { await self.keepPreflighting() }
            group.addTask { await self.keepAcquiring() }
            group.addTask { await self.keepSounding() }
            group.addTask { await self.keepAskingChain() }
            resume(from: found, in: &group)
            for await order in orders {
                switch order {
                case .prove: board.beat(.lifecycle)
                case .effect(.end(let code)):
                    publish()
                    tellEnd()
                    group.cancelAll()
                    return code
                case .effect(let effect): begin(effect, in: &group)
                case .work(let body): group.addTask { await body() }
                }
            }
            return 1
        }
    }

    /// Asks for something; what follows shows in the status.
    package func request(_ command: Lifecycle.Command) throws(Lifecycle.Refusal) {
        let before = lifecycle.phase
        let effects = try lifecycle.request(command, at: .now)
        follow(effects, from: before)
        publish()
    }

    /// Ends the supervisor, the daemon first; never refused.
    ///
    /// - Parameter reason: for the history, such as the name of the signal.
    package func shutdown(because reason: String) {
        memory.endReason = memory.endReason ?? reason
        // Never refused.
        try? request(.shutdown(nil))
    }

    /// Looks at the plan file, the binaries, the heights and the chain's plan anew, now.
    package func reload() {
        tell(.configReloaded, .object(["ok": .bool(true), "problems": .array([])]))
        memory.seenPlan = nil
        work { await self.readHeightPlans() }
        judging.raise()
        following.raise()
        asking.raise()
        publish()
    }

    func observe(_ observation: Lifecycle.Observation) {
        let before = lifecycle.phase
        let effects = lifecycle.observe(observation, at: .now)
        follow(effects, from: before)
    }

    func follow(_ effects: [Lifecycle.Effect], from before: Lifecycle.Phase) {
        for effect in effects { queue.yield(.effect(effect)) }
        board.note(isStarting: lifecycle.phase.isStarting)
        if lifecycle.phase != before { phaseChanged(from: before) }
        trackOperations(from: before)
        timer.raise()
        publishing.raise()
    }

    private func keepTime() async {
        var nextProof = Instant.now
        while true {
            let wake = await timer.wait(until: min(lifecycle.deadline ?? nextProof, nextProof))
            guard wake != .cancelled else { return }
            if let deadline = lifecycle.deadline, deadline <= .now { observe(.tick) }
            guard nextProof <= .now else { continue }
            nextProof = .now + setup.proofInterval
            proveReaper()
            queue.yield(.prove)
        }
    }
}

extension NodeSupervisor {
    /// What the one consumer of effects does, in this order.
    private enum Order: Sendable {
        case effect(Lifecycle.Effect)
        /// Show that the consumer turns.
        case prove
        case work(@Sendable () async -> Void)
    }

    /// Begins something that goes on beside the lifecycle and is cancelled with us.
    func work(_ body: @escaping @Sendable () async -> Void) {
        queue.yield(.work(body))
    }
}
