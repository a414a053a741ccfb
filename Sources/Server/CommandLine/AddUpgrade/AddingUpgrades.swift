import Glibc
import Logging
import Supervisor

/// Puts operators' binaries in place and declares their heights: everything is looked at first, then
/// all of it is done.
///
/// The lines are those of Cosmovisor's `add-upgrade`, which users' scripts read; that is why they
/// carry paths instead of metadata.
struct AddingUpgrades: Sendable {
    let configuration: Configuration
    private let additions: [UpgradeAddition]
    private let isForced: Bool
    /// Found before.
    private let problems: [String]
    private let log: Logger

    init(
        _ additions: [UpgradeAddition], configuration: Configuration, isForced: Bool,
        problems: [String] = []
    ) {
        self.configuration = configuration
        self.additions = additions
        self.isForced = isForced
        self.problems = problems
        log = Logger(settings: configuration.log)
    }

    private var home: Home { configuration.home }

    /// - Returns: the exit code.
    /// - Throws: `CommandFailure` with everything that is wrong; nothing was written then, unless it
    ///   says so.
    func run() throws -> Int32 {
        try configuration.checkLayout()
        guard additions.contains(where: { $0.height != nil }) else {
            try put(try placements(problems))
            return 0
        }
        let loop = try EventLoop(name: "sy-control")
        let failure = Locked(CommandFailure?.none)
        // The root of all tasks of this command; this thread is its event loop.
        Task(executorPreference: loop) {
            do throws(CommandFailure) {
                try await addWithHeights(on: loop)
            } catch {
                failure.withLock { $0 = error }
            }
            loop.stop()
        }
        loop.run()
        if let failure = failure.withLock(\.self) { throw failure }
        return 0
    }

    private func addWithHeights(on loop: EventLoop) async throws(CommandFailure) {
        var problems = problems
        let plans = try await HeightPlans(configuration, on: loop)
        for addition in additions {
            guard let height = addition.height else { continue }
            if let problem = await plans.objection(
                to: addition.name, at: height, replacing: isForced)
            {
                problems.append(addition.place + problem)
            }
        }
        try put(try placements(problems))
        try await setHeights(in: plans)
    }

    private func setHeights(in plans: HeightPlans) async throws(CommandFailure) {
        var needsRestart = false
        for addition in additions {
            guard let height = addition.height else { continue }
            do throws(CommandFailure) {
                let isNew = try await plans.declare(addition.name, at: height)
                needsRestart = needsRestart || isNew
            } catch {
                throw CommandFailure(
                    "the binary is in place, and its height is not set: \(addition.place)\(error)")
            }
            log.info(
                """
                \(escaped(home.planBookFile(of: addition.name))) created, \
                \(escaped(addition.name.text)) upgrade binary will switch at height \(height)
                """)
        }
        if needsRestart {
            log.notice(
                "a node that runs learns the height where it halts at its next start: restart it before"
            )
        }
    }

    // MARK: - Binaries

    private struct Placing {
        let addition: UpgradeAddition
        let placement: HandPlacement
    }

    private func placements(_ problems: [String]) throws(CommandFailure) -> [Placing] {
        var problems = problems
        var placings: [Placing] = []
        for addition in additions {
            do {
                let program = try OfferedProgram(addition.path)
                let placement = try HandPlacement(
                    program, to: home.release(for: addition.name), of: home, replacing: isForced)
                placings.append(Placing(addition: addition, placement: placement))
            } catch {
                problems.append(addition.place + escaped("\(error)"))
            }
        }
        guard problems.isEmpty else {
            throw CommandFailure(problems.joined(separator: "\n"))
        }
        return placings
    }

    private func put(_ placings: [Placing]) throws(CommandFailure) {
        do throws(HandPlacementError) {
            for ready in try makeReady(placings.map(\.placement)) { try ready.putInPlace() }
            for placing in placings where placing.placement.isThere {
                try placing.placement.makeExecutable()
            }
        } catch {
            throw CommandFailure(escaped("\(error)"))
        }
        for placing in placings { tell(placing) }
    }

    private func makeReady(
        _ placements: [HandPlacement]
    ) throws(HandPlacementError) -> [HandPlacement.Ready] {
        var ready: [HandPlacement.Ready] = []
        do throws(HandPlacementError) {
            for placement in placements {
                if let one = try placement.makeReady() { ready.append(one) }
            }
        } catch {
            for one in ready { one.callOff() }
            throw error
        }
        return ready
    }

    private func tell(_ placing: Placing) {
        let name = placing.addition.name
        let release = placing.placement.release
        log.info("Using \(escaped(placing.addition.path)) for \(escaped(name.text)) upgrade")
        log.info("Upgrade binary located at \(escaped(release.binary))")
        if placing.placement.isReplacing, (try? CurrentLink(home).resolve()) == release {
            log.warning(
                "it is the release that runs: the new binary is started with the next start")
        }
        switch LayoutTrust(Setup(of: configuration)).verdict(of: name) {
        case .trusted, nil: break
        case .notYet(let reason, let remedy), .refused(let reason, let remedy):
            log.warning(
                "the policy does not let it run: \(escaped(reason))",
                metadata: ["remedy": "\(remedy)", "SWITCHYARD_TRUST": "\(configuration.trust)"])
        }
    }
}

extension Setup {
    /// As much as trust is judged by.
    fileprivate init(of configuration: Configuration) {
        self.init(
            home: configuration.home, arguments: [], environment: [], version: Version.number)
        trust = configuration.trust
        trustThreshold = configuration.trustThreshold
        trustSigners = configuration.trustSigners
    }
}
