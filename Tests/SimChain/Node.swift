import Glibc

/// The daemon that `start` runs: stores, consensus and application of one simulated node.
final class Node {
    let settings: Settings
    let behaviour: Behaviour
    let ledger: Ledger
    let rules: UpgradeRules
    let loop = Loop()
    let planFile: PlanFileWriter
    let wal: WAL?
    let identity: RPC.Identity

    var state: ChainState
    var validator: Validator?
    var phase = Phase.starting
    var server: HTTPServer?
    /// While a block is executed, or a file written, calls into the application wait.
    var isExecuting = false
    var waitingForApplication: [() -> Void] = []
    /// Blocks that this process executed, failed ones too.
    var executed = 0
    var nextBlock = Monotonic.now

    /// How far the node is.
    enum Phase {
        case starting, running, halted, stopping
    }

    init(settings: Settings, behaviour: Behaviour, ledger: Ledger) {
        self.settings = settings
        self.behaviour = behaviour
        self.ledger = ledger
        let data = "\(settings.home)/data"
        rules = UpgradeRules(behaviour)
        planFile = PlanFileWriter(
            path: "\(data)/upgrade-info.json", style: behaviour.write, age: behaviour.fileAge,
            loop: loop, ledger: ledger)
        identity = RPC.Identity(settings, version: behaviour.version)
        let config = TOML(path: "\(settings.home)/config/config.toml")
        let walFile = config.value("wal_file", in: "consensus") ?? "data/cs.wal/wal"
        let keepsWAL = settings["wal"] != "off" && !behaviour.isCatchingUp
        wal =
            keepsWAL
            ? WAL(
                path: walFile.hasPrefix("/") ? walFile : "\(settings.home)/\(walFile)",
                rotation: behaviour.walRotation, isTorn: settings.isOn("wal_torn"),
                padding: behaviour.walPadding, damage: behaviour.walDamage)
            : nil
        Files.makeDirectory(data)
        state = ChainState(path: "\(data)/state.simchain")
    }

    var data: String { "\(settings.home)/data" }

    /// - Parameter began: when the process reached its main function.
    func run(since began: Duration, leaks: [String]) -> Never {
        ledger.write("start", "height=\(state.applied)", at: began)
        for leak in leaks { ledger.write("leak", leak) }
        failFirstStarts()
        lock()
        loop.watch(signals: [SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1]) { [self] in arrived($0) }
        Log.info("starting node version=\(behaviour.version) pid=\(getpid())")
        if behaviour.rpc != .lost { start() }
        loop.run()
    }

    func save() {
        state.save(to: "\(data)/state.simchain")
    }

    /// Runs it now, or as soon as the application is free.
    func whenApplicationIsFree(_ action: @escaping () -> Void) {
        if isExecuting { waitingForApplication.append(action) } else { action() }
    }

    func freeApplication() {
        isExecuting = false
        let waiting = waitingForApplication
        waitingForApplication = []
        for action in waiting { action() }
    }
}

extension Behaviour {
    /// Whether the node gets its blocks by block sync, without consensus.
    var isCatchingUp: Bool {
        if case .blocksync = halt { true } else { false }
    }
}
