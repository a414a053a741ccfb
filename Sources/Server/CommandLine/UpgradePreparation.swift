import Glibc
import Logging
import Supervisor

/// One run of `prepare-upgrade`: asks for the chain's plan, and has its binary put in place, by the
/// supervisor of this home or, where none runs, in its stead.
struct UpgradePreparation: Sendable {
    let client: ControlClient
    let signals: SignalReader
    let home: Home
    /// Asks and prepares; supervises nothing.
    let node: NodeSupervisor
    let log: Logger
    /// What is wrong with the settings, by which a preparation of ours would go.
    let trouble: ConfigurationErrors?

    /// Of the two ways of asking together.
    private static let patience = Duration.seconds(20)

    func carryOut() async throws(ControlError) -> Int32 {
        let scheduled: ChainPlan?
        do throws(ChainQueryError) {
            scheduled = try await node.scheduledPlan(until: .now + Self.patience)
        } catch {
            return try await carryOutKnown(because: error)
        }
        guard let scheduled else { return tellNone() }
        guard let plan = await node.upgradePlan(scheduled) else {
            Output.errors.failure([
                "the chain's plan \(quoted(scheduled.name)) cannot be that of a folder"
            ])
            return 1
        }
        return try await tellingBothEnds(plan.name.text, plan.height) { () throws(ControlError) in
            do throws(ControlError) {
                return try await prepareThere(plan)
            } catch .notRunning {
                return await prepareHere(plan)
            } catch {
                throw error
            }
        }
    }

    /// The node does not tell: what the supervisor knows is the next best.
    private func carryOutKnown(because error: ChainQueryError) async throws(ControlError) -> Int32 {
        let status: NextView
        do throws(ControlError) {
            status = try await client.get("/v1/status").value
        } catch .notRunning(let socket) {
            let missing = ControlError.notRunning(socket: socket)
            Output.errors.failure(
                missing.lines() + [
                    "The node cannot be asked for its plan either: \(escaped("\(error)"))"
                ])
            return missing.exitCode
        } catch {
            throw error
        }
        guard let next = status.next else {
            Output.errors.failure([
                "the node cannot be asked for its plan: \(escaped("\(error)"))",
                "The supervisor knows of none. Try again when the node answers.",
            ])
            return 1
        }
        return try await tellingBothEnds(next.plan, next.height) { () throws(ControlError) in
            try await haveItPrepared(next.plan)
        }
    }

    private func tellNone() -> Int32 {
        log.info("No active upgrade plan found")
        return 0
    }

    private func tellingBothEnds(
        _ name: String, _ height: Height?, _ body: () async throws(ControlError) -> Int32
    ) async throws(ControlError) -> Int32 {
        let facts: Logger.Metadata = [
            "name": "\(name)", "height": "\(height.map { "\($0)" } ?? "-")",
        ]
        log.info("Preparing for upgrade", metadata: facts)
        let code: Int32
        do throws(ControlError) {
            code = try await body()
        } catch {
            Output.errors.failure(error.lines(about: name))
            return error.exitCode
        }
        if code == 0 { log.info("Upgrade preparation complete", metadata: facts) }
        return code
    }

    // MARK: - By the supervisor

    private func prepareThere(_ plan: UpgradePlan) async throws(ControlError) -> Int32 {
        let known = try await known(plan)
        if known.binary.state == "staged" { return tellPresent(plan.name.text, known.binary) }
        return try await haveItPrepared(plan.name.text)
    }

    private func haveItPrepared(_ name: String) async throws(ControlError) -> Int32 {
        try await PreparationRun(client: client, signals: signals, plan: name, isJSON: false)
            .carryOut(.plan, waits: true)
    }

    /// The plan as the supervisor knows it, once it does.
    private func known(_ plan: UpgradePlan) async throws(ControlError) -> PlanView {
        let path = ControlClient.path(ofPlan: plan.name.text)
        do throws(ControlError) {
            let view = try await client.get(path, as: PlanView.self).value
            // Of a folder alone nobody knows where its binary is to be had.
            if view.origin != "layout" { return view }
        } catch .problem(let problem) where problem.status == 404 {
            // It is told of the plan now.
        } catch {
            throw error
        }
        return try await client.put(path, Declaration(plan), as: PlanView.self).value
    }

    /// A plan of the chain, as an operator declares one.
    private struct Declaration: Encodable {
        let trigger = "chain"
        let height: Height
        let info: String?

        init(_ plan: UpgradePlan) {
            height = plan.height
            info = plan.info.isEmpty ? nil : plan.info
        }
    }

    // MARK: - By us

    private func prepareHere(_ plan: UpgradePlan) async -> Int32 {
        let name = plan.name.text
        if let trouble {
            Output.errors.failure(["\(trouble)"])
            return 1
        }
        let lock: HomeLock
        do throws(HomeLockError) {
            lock = try HomeLock(home)
        } catch {
            Output.errors.failure([
                "\(escaped(name)): \(quoted(home.root)): \(error)",
                "If a supervisor runs, set SWITCHYARD_LISTEN here to what it has there.",
            ])
            return 1
        }
        defer { withExtendedLifetime(lock) {} }
        let (result, signal) = await prepareUnlessTold(plan)
        switch result {
        case .wasThere(let binary): return tellPresent(name, BinaryView(binary))
        case .placed(let binary): return tell(name, BinaryView(binary))
        case .cancelled:
            Output.errors.failure(["\(escaped(name)): called off; nothing of it was kept"])
            return signal.map { 128 + $0 } ?? 1
        case .failed(let failure):
            Output.errors.failure([escaped("\(name): \(failure.detail)"), escaped(failure.remedy)])
            return 1
        }
    }

    private enum News: Sendable {
        case over(NodeSupervisor.LonePreparation)
        case signal(SignalReader.Signal?)
    }

    /// A signal calls it off.
    private func prepareUnlessTold(
        _ plan: UpgradePlan
    ) async -> (NodeSupervisor.LonePreparation, signal: Int32?) {
        let user = Originator(kind: .peer, uid: geteuid())
        return await withTaskGroup(of: News.self) { group in
            group.addTask { .over(await node.prepareAlone(plan, by: user)) }
            group.addTask { .signal(await signals.next()) }
            var ending: Int32?
            while let news = await group.next() {
                switch news {
                case .over(let result):
                    group.cancelAll()
                    return (result, ending)
                case .signal(.end(let number)?):
                    ending = number
                    group.cancelAll()
                case .signal(.some): group.addTask { .signal(await signals.next()) }
                case .signal(nil): continue
                }
            }
            return (.cancelled, ending)
        }
    }

    // MARK: - Telling

    private func tellPresent(_ name: String, _ binary: BinaryView) -> Int32 {
        Output.standard.line("\(escaped(name)): \(binary.line); it is there and left as it is")
        return 0
    }

    private func tell(_ name: String, _ binary: BinaryView) -> Int32 {
        Output.standard.line("\(escaped(name)): \(binary.line)")
        if binary.state == "staged" { return 0 }
        Output.errors.line(
            """
            It is complete and nothing vouches for it, so that it will not run. A digest in the \
            plan's info, a signature that the policy asks for, or \
            DAEMON_ALLOW_DOWNLOAD_BINARIES=true would do.
            """)
        return 1
    }
}

extension BinaryView {
    fileprivate init(_ facts: BinaryFacts) {
        self.init(state: facts.state.rawValue, sha256: facts.sha256, trust: facts.trust?.rawValue)
    }
}
