/// All that the checks of one plan judge by.
struct PreflightFacts: Sendable, Equatable {
    var plan: PlanFacts
    /// Of the folder where its binary belongs.
    var release: ReleaseSight
    var host: HostFacts
    /// By which the plan's info is judged.
    var sourceRules = SourceRules()
    /// What keeps a plan by height from being exact.
    var heightTrouble: HeightTrouble?
    /// What the binary said when it was asked; nil for one that was not.
    var version: VersionAnswer?
}

/// What lies in the folder of a plan, and beside it.
struct ReleaseSight: Sendable, Equatable {
    var program = ProgramFacts.absent
    /// Nil without a binary.
    var access: AccessFacts?
    /// Files in the folder while the binary itself is not there.
    var strays: [String] = []
    /// Folders with a binary whose names are nearly the plan's.
    var nearMisses: [String] = []
    /// Folders with a binary that no plan has named.
    var unplanned: [String] = []
}

/// A staged binary, by its bytes.
enum ProgramFacts: Sendable, Equatable {
    case absent
    /// Why it is not even read.
    case unusable(String)
    case script(interpreter: String, isThere: Bool)
    case program(Loading)
    /// Made for this machine, as its header says, and what follows cannot be read.
    case broken(ELFError)
    case other(BinaryKind)

    /// What a program of this machine needs to be loaded.
    struct Loading: Sendable, Equatable {
        /// Nil for a static one.
        var loader: Loader?
        /// Nil when there is none to look for.
        var libraries: LibraryReport?
        /// The folder of the release, links resolved: libraries may come from there, too.
        var own: String
    }

    struct Loader: Sendable, Equatable {
        var path: String
        var isThere: Bool
    }
}

/// Who may do what with a binary.
struct AccessFacts: Sendable, Equatable {
    var mode: UInt32
    /// By ourselves, and the daemon is run as we are.
    var isExecutable: Bool
    /// We may make it so.
    var isOurs: Bool
    var isOwnedByStranger = false
    var isOnNoExec = false
    /// Folders on the way to it that everyone may write.
    var openFolders: [String] = []
}

/// What is the same for every plan of a node.
struct HostFacts: Sendable, Equatable {
    /// Nil when none is made.
    var backup: BackupFacts?
    /// Where the node's data lies; nil when it cannot be told.
    var data: SpaceFacts?
    var grace: Duration
    var serviceManager = ServiceManager.none
    var hook = HookFacts.none
    var signer = SignerFacts.unknown("it was not looked at")
    /// What the daemon is told to halt at; nil for nothing.
    var haltHeight: Height?
    var skippedHeights: Set<Height> = []
    /// The last block that is stored.
    var storedHeight: Height?

    struct SpaceFacts: Sendable, Equatable {
        var free: Int64
        /// What is to be left free for the node.
        var reserve: Int64
    }

    struct BackupFacts: Sendable, Equatable {
        var folder: String
        /// Why nothing can be put there.
        var trouble: String?
        /// Of the data.
        var size: Int64 = 0
        var space: SpaceFacts?
        /// On the filesystem of the data.
        var isNear = true
        /// That filesystem shares blocks between copies.
        var isSharing = false
    }

    enum HookFacts: Sendable, Equatable {
        case none
        case runnable(String)
        case unusable(String, why: String)
    }

    enum SignerFacts: Sendable, Equatable {
        case remote
        case local(key: String, isThere: Bool)
        case unknown(String)
    }
}
