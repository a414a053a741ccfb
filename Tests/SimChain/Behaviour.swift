/// How this daemon behaves: the settings, parsed.
struct Behaviour {
    let version: String
    let sdk: SDK
    let ledger: String
    let wrapper: Bool
    let blockTime: Duration
    let rpc: RPCStyle
    let upgrades: [Plan]
    let handlers: Set<String>
    let newStores: [String]
    let write: WriteStyle
    /// Seconds that the file's times lie back, as after a clock was set back.
    let fileAge: Int
    let halt: HaltStyle
    /// The old binary halts without having written the file.
    let haltsBeforeWrite: Bool
    let optimism: Optimism
    let pastHeight: PastHeight
    let skips: Set<Int>
    let haltHeight: Int
    /// Blocks that an SDK of 0.47 still commits after its halt height.
    let haltOvershoot: Int
    let migration: Duration
    let replayDelay: Duration
    let abciBlock: Duration
    let flush: Duration
    let termExit: Int32
    let failingStarts: Int
    let crashHeight: Int?
    let allocation: Allocation?
    let earlyWrite: Plan?
    let walRotation: Int
    let walPadding: Int
    let walDamage: Int

    init(_ settings: Settings) throws(BadSetting) {
        let read = SettingReader(settings)
        version = settings["version"] ?? "v1"
        sdk = SDK(settings["sdk"] ?? "0.50")
        ledger = settings["ledger"] ?? "\(settings.home)/ledger"
        wrapper = settings.isOn("wrapper")
        blockTime = try read.duration("block_time", 100)
        rpc = try read.choice("rpc", RPCStyle.on)
        upgrades = try read.plans("upgrades", info: settings["plan_info"] ?? "")
        handlers = Set(read.list("handlers"))
        newStores = read.list("new_stores")
        write = try read.write(emptyFor: read.integer("empty_for", 300))
        fileAge = try read.integer("file_age", 0)
        halt = try read.halt()
        haltsBeforeWrite = settings["halt_when"] == "before"
        optimism = try read.optimism(rounds: read.integer("optimistic_rewrites", 1))
        pastHeight = try read.choice("past_height", PastHeight.firstBlock)
        skips = try read.skips()
        haltHeight = try read.haltHeight()
        haltOvershoot = try read.integer("halt_overshoot", 0)
        migration = try read.duration("migration", 0)
        replayDelay = try read.duration("replay_delay", 50)
        abciBlock = try read.duration("abci_block", 0)
        flush = try read.duration("flush", 0)
        termExit = Int32(try read.integer("term_exit", 0))
        failingStarts = try read.integer("fail_start", 0)
        crashHeight = settings["crash_at"] == nil ? nil : try read.integer("crash_at", 0)
        allocation = try read.allocation()
        earlyWrite = try read.plans("early_write", info: "").first
        walRotation = try read.integer("wal_rotate", 0)
        walPadding = try read.integer("wal_padding", 0)
        walDamage = try read.integer("wal_damage", 0)
    }

    static let keys: Set<String> = [
        "version", "sdk", "ledger", "wrapper", "wrapped", "wrapper_exit", "wrapper_exit_after",
        "block_time", "rpc", "rpc_address", "upgrades", "plan_info", "handlers", "new_stores",
        "write", "empty_for", "halt", "halt_when", "optimistic", "optimistic_rewrites",
        "past_height", "skip", "halt_height", "halt_overshoot", "migration", "handler_fails",
        "replay_delay", "abci_block", "flush", "term_exit", "ignore_term", "fail_start",
        "crash_at", "crash_always", "allocate", "early_write", "wal", "wal_rotate", "wal_torn",
        "wal_padding", "wal_damage", "file_age", "rpc_numbers", "validator",
        "catching_up", "node_id", "network", "moniker", "pre_upgrade_exit", "pre_upgrade_output",
        "pre_upgrade_ms", "pre_upgrade_config", "no_home_flag",
    ]
}

/// Whether and how the RPC is there.
enum RPCStyle: String {
    case on, off
    /// The start error that SDK 0.47 loses: alive, no RPC, no progress, for ever.
    case lost
}

/// How the upgrade-info file comes to be, or does not.
enum WriteStyle {
    /// Empty for a moment, then whole.
    case plain(emptyFor: Duration)
    /// One half, a pause, the other.
    case halves(pause: Duration)
    /// Whole under another name, then renamed.
    case renamed
    /// The disk is full: truncated, then nothing.
    case enospc
    /// The file can't be opened.
    case eacces
    case none
    /// One half; the other when the daemon is told to stop.
    case afterTerm
}

/// What a binary without the handler does at the height of a plan.
enum HaltStyle {
    /// It hangs with its RPC up.
    case consensus
    /// It was catching up: no WAL, and the panic ends it.
    case blocksync
    case exit(Int32)
    case signal(Int32)
}

/// When the file is written before its block is decided.
enum Optimism {
    case off
    /// Decided after that long, with so many writes until then.
    case decided(after: Duration, rounds: Int)
    /// Never decided; a write each second, so many times.
    case never(rounds: Int)
}

/// Memory that is taken after a height.
struct Allocation {
    let mebibytes: Int
    let height: Int
}

/// What a binary without the handler of the last applied plan does.
enum PastHeight: String {
    case load, run
    case firstBlock = "first_block"
}

/// The version of the Cosmos SDK, for what differs between versions.
struct SDK {
    /// What a halt height does.
    enum HaltRule {
        /// Commits the height, then signals itself.
        case commits
        /// Refuses what is above the height.
        case above
        /// Refuses the height.
        case from
    }

    let version: String

    init(_ text: String) {
        let known = ["0.45": "0.45.16", "0.46": "0.46.15", "0.47": "0.47.5", "0.50": "0.50.11"]
        version = "v" + (known[text] ?? text)
    }

    /// Up to 0.47: failures in a block are panics, and the file's content isn't validated.
    var panics: Bool { minor < 50 }

    var haltRule: HaltRule {
        if panics { return .commits }
        return minor == 50 && patch < 10 ? .above : .from
    }

    private var numbers: [Int] {
        version.dropFirst().split { ".-".contains($0) }.compactMap { Int($0) }
    }
    private var minor: Int { numbers.count > 1 ? numbers[1] : 50 }
    private var patch: Int { numbers.count > 2 ? numbers[2] : 0 }
}
