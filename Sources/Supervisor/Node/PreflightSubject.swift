import FoundationEssentials
import Glibc

/// What a preflight is made from, as far as it costs no more than a stat to tell that it changed.
struct PreflightSubject: Sendable, Equatable {
    /// Without what changes by itself.
    let plan: PlanFacts
    let surroundings: PreflightSurroundings
    let heightTrouble: HeightTrouble?
    private let files: ReleaseStamp

    init(
        _ plan: PlanFacts, in home: Home, _ surroundings: PreflightSurroundings,
        heightTrouble: HeightTrouble? = nil
    ) {
        self.heightTrouble = heightTrouble
        var plan = plan.unjudged
        plan.state = plan.state == .stale ? .stale : .pending
        plan.reasonCode = .beforeHeight
        plan.reason = ""
        plan.createdAt = nil
        self.plan = plan
        self.surroundings = surroundings
        files = ReleaseStamp(Release(home: home, directory: plan.directory))
    }
}

/// What all preflights of a node are made from.
struct PreflightSurroundings: Sendable, Equatable {
    /// Folders that plans have named.
    let named: Set<String>
    private let files: [FileStamp?]
    private let serviceManager: ServiceManager
    private let isHeightKnown: Bool
    private let isBackupWritable: Bool
    /// Nobody tells when a disk fills up: after this many seconds it is measured anew.
    private let age: Int

    private static let lifetime = 6 * 3600

    init(
        _ setup: Setup, plans: [PlanFacts], isHeightKnown: Bool, serviceManager: ServiceManager
    ) {
        let home = setup.home
        named = Self.named(in: plans)
        files = [
            home.upgrades, home.config + "/config.toml", home.config + "/app.toml",
            home.config + "/priv_validator_key.json", setup.hook.map { home.root + "/" + $0 },
            setup.trustSigners, "/etc/ld.so.cache",
        ].map { $0.flatMap { FileStamp($0) } }
        self.serviceManager = serviceManager
        self.isHeightKnown = isHeightKnown
        isBackupWritable = setup.backupFolder.map { access($0, W_OK) == 0 } ?? true
        age = Int(Date().timeIntervalSince1970) / Self.lifetime
    }

    static func named(in plans: [PlanFacts]) -> Set<String> {
        Set(plans.filter { $0.origin != .layout || !$0.state.isOpen }.map(\.directory))
    }
}

/// What tells without reading whether the files of a release are those they were: the executable,
/// and what lies beside it, wherever an archive had it.
struct ReleaseStamp: Sendable, Equatable {
    private var seal: Seal?
    private var files: [String: FileStamp] = [:]

    /// More than any release has; what is beyond is not looked at.
    private static let limit = 256

    init(_ release: Release) {
        seal = Seal(release.binary)
        var folders = [""]
        while let folder = folders.popLast(), files.count < Self.limit {
            let path = release.path + folder
            guard let stamp = FileStamp(path) else { continue }
            files[folder] = stamp
            guard stamp.isFolder else { continue }
            let names = ProcFile.names(in: path).filter {
                folder != "" || $0 != "upgrade-info.json"
            }
            folders += names.prefix(Self.limit).map { folder + "/" + $0 }
        }
    }
}
