import API
import CLinux
import Glibc
import Logging
import Supervisor

/// `switchyard run start`: the node's supervisor, the API, the signals and systemd, wired together.
struct Supervision: Sendable {
    let configuration: Configuration
    let daemonArguments: [String]
    let environment: [String: String]

    /// Supervises until told to end, or until the daemon's end is the end.
    ///
    /// - Returns: the exit code of this process: the daemon's own, 128+n for a signal.
    /// - Throws: `CommandFailure` when the home cannot be supervised; nothing was touched then.
    func run() throws -> Int32 {
        let addresses = try listenAddresses()
        let rpc = try rpcAddress()
        let lock = try lockHome()
        defer { withExtendedLifetime(lock) {} }
        let control = try EventLoop(name: "sy-control")
        let log = Logger(settings: configuration.log)
        let board = StatusBoard(
            .starting(version: Version.number, isWatched: Notifier.isWatched))
        let counters = Counters()
        let notifier = try Notifier(
            board: board, counters: counters, loop: control, environment: environment)
        let handover = Handover(notifier: notifier)
        // How systemd stops us is asked later, of a bus that may be slow; preflight tells of it.
        let concerns = configuration.concerns(stoppedBy: .none, activated: handover.activated)
        for concern in concerns { log.warning("\(concern)") }
        var setup = self.setup
        setup.probe = .comet(address: rpc, home: configuration.home, loop: control)
        setup.proofInterval = notifier.proofInterval
        setup.keeper = handover.keeper
        let node = NodeSupervisor(
            setup: setup, board: board, counters: counters, loop: control,
            pool: try BlockingPool(threads: 2), stagingPool: try BlockingPool(threads: 2), log: log)
        let http = HTTPCounters()
        let router = Router(
            node: node, http: http, settings: configuration.settings,
            opensMetrics: configuration.opensMetrics, horizon: configuration.horizon)
        let api = try ControlPlane(
            addresses: addresses,
            options: ListenOptions(
                configuration, handover: handover, environment: environment, log: log),
            board: board, router: router, counters: http, control: control, log: log)
        return try turn(control, node, SignalReader(on: control), notifier, api, log: log)
    }

    /// Turns on this thread until there is an outcome.
    private func turn(
        _ control: EventLoop, _ node: NodeSupervisor, _ signals: SignalReader,
        _ notifier: Notifier, _ api: ControlPlane, log: Logger
    ) throws -> Int32 {
        let result = Outcome()
        // The one unstructured task, the root of all others: this thread is its event loop, and
        // leaves it when the outcome is there, even if systemd does not read what it is told or the
        // API's loop hangs.
        Task(executorPreference: control) {
            await withTaskGroup { group in
                group.addTask { await notifier.run() }
                group.addTask { await debug.obey(on: control, api: api, log: log) }
                result.set(
                    await supervise(node, signals, notifier, api, in: &group, log: log))
                await api.settle()
                await notifier.settle()
                control.stop()
                group.cancelAll()
            }
        }
        control.run()
        return try result.value.get()
    }

    private func supervise(
        _ node: NodeSupervisor, _ signals: SignalReader, _ notifier: Notifier,
        _ api: ControlPlane, in group: inout TaskGroup<Void>, log: Logger
    ) async -> Result<Int32, CommandFailure> {
        do throws(StartRefusal) {
            try await node.prepare()
        } catch {
            return .failure(CommandFailure("\(error)", code: error.code))
        }
        await node.takeOverPlans()
        api.bind()
        notifier.ready()
        group.addTask { await api.run() }
        group.addTask { await tellServiceManager(to: node) }
        let code = await withTaskGroup { group in
            group.addTask { await follow(signals, node, notifier, log) }
            let code = await node.run()
            group.cancelAll()
            return code
        }
        notifier.stopping()
        // Requests in hand are answered before we go.
        api.stop()
        return .success(code)
    }

    private func follow(
        _ signals: SignalReader, _ node: NodeSupervisor, _ notifier: Notifier, _ log: Logger
    ) async {
        while let signal = await signals.next() {
            switch signal {
            case .end(let number):
                log.notice("told to end", metadata: ["signal": "\(Exit.name(of: number))"])
                notifier.stopping()
                await node.shutdown(because: Exit.name(of: number))
            case .reload:
                notifier.reloading()
                await reload(node, log)
                notifier.ready()
            case .childEnded:
                if getpid() == 1 { await node.reapOrphans() }
            }
        }
    }

    /// Asked anew every hour, for a unit may be changed under us; on a thread that may wait for a bus.
    private func tellServiceManager(to node: NodeSupervisor) async {
        let environment = environment
        repeat {
            await node.note(await node.staging.pool.run { .present(environment) })
        } while await node.loop.wait(until: .now + .seconds(3600)) == .timedOut
    }

    /// Nothing that is read at the start can change while we run but what lies on the disk.
    private func reload(_ node: NodeSupervisor, _ log: Logger) async {
        await node.reload()
        log.notice("reloaded: the plan file, the binaries and the hold were looked at anew")
    }

    private func lockHome() throws -> HomeLock {
        do throws(HomeLockError) {
            return try HomeLock(configuration.home)
        } catch {
            throw CommandFailure("\(configuration.home.path): \(error)", code: error.code)
        }
    }

    private func listenAddresses() throws -> [ListenAddress] {
        do throws(ListenAddressError) {
            return try ListenAddress.list(configuration.listen.joined(separator: ","))
        } catch {
            throw CommandFailure("SWITCHYARD_LISTEN: \(error)")
        }
    }

    func rpcAddress() throws -> RPCAddress? {
        guard let text = configuration.rpcAddress else { return nil }
        guard let address = RPCAddress(text) else {
            throw CommandFailure(
                "DAEMON_RPC_ADDRESS: \(quoted(text)) must be http://host:port or tcp://host:port "
                    + "with an address in figures or localhost, or unix:///path")
        }
        return address
    }

    private var debug: DebugSwitches { DebugSwitches(environment: environment) }

    var setup: Setup {
        var setup = Setup(
            home: configuration.home, arguments: daemonArguments,
            environment: environment.forDaemon, version: Version.number)
        setup.policy = configuration.policy
        setup.policy.pacing = debug.pacing
        setup.pollInterval = configuration.pollInterval
        setup.restartDelay = configuration.restartDelay
        setup.backupFolder = configuration.skipsBackup ? nil : configuration.backupDirectory
        setup.hook = configuration.customPreUpgrade
        setup.staging.reserve = configuration.reserve
        setup.staging.maxSize = configuration.maxUpload
        setup.preUpgradeRetries = configuration.preUpgradeRetries
        setup.watchesHeights = configuration.watchesHeights
        setup.grpcAddress = configuration.grpcAddress
        setup.useStage(StageProgram.path, for: configuration, environment)
        return setup
    }
}

extension Configuration {
    var policy: Lifecycle.Policy {
        var policy = Lifecycle.Policy()
        policy.grace = grace
        policy.restartsAfterUpgrade = restartsAfterUpgrade
        policy.patience = max(waitForExit, linger)
        policy.restart = restart
        return policy
    }
}

extension [String: String] {
    /// What the daemon is given: all but what is meant for us alone, so that it can neither speak to
    /// systemd in our name nor take our sockets.
    var forDaemon: [String] {
        filter { name, _ in
            name != "NOTIFY_SOCKET" && !name.hasPrefix("WATCHDOG_") && !name.hasPrefix("LISTEN_")
        }.map { "\($0)=\($1)" }.sorted()
    }
}
