/// Judges what is round about any plan: what the host has for an upgrade.
struct HostJudge {
    typealias Finding = PreflightJudge.Finding

    let host: HostFacts

    init(_ host: HostFacts) {
        self.host = host
    }

    /// What there is to say without a plan.
    var checks: [PreflightCheck] {
        [
            diskSpace.check(.diskSpace), backup.check(.backup), stopGrace.check(.stopGrace),
            hooks.check(.hooks), signer.check(.signer),
        ]
    }
}

extension HostJudge {
    /// Bytes that a disk copies in a second, a slow one.
    private static let pace: Int64 = 150_000_000
    /// From here on a backup is a large part of the absence.
    private static let longBackup: Int64 = 600

    var diskSpace: Finding {
        guard let space = host.backup?.space ?? host.data else {
            return .unknown(
                "the free space cannot be told", "Make the folder readable for the supervisor.")
        }
        let needed = host.backup?.size ?? 0
        let free = "\(space.free.inMiB) are free"
        guard space.free >= needed else {
            return .fail(
                "the backup needs \(needed.inMiB), and \(free)",
                "Free some space, or set DAEMON_DATA_BACKUP_DIR to another disk.")
        }
        let data = host.data ?? space
        guard space.free - needed >= space.reserve, data.free >= data.reserve else {
            return .warn(
                "\(free), and \(space.reserve.inMiB) are to be left when \(needed.inMiB) are copied",
                "Free some space.")
        }
        return .pass(free)
    }

    var backup: Finding {
        guard let backup = host.backup else {
            return .warn(
                "no backup is made, so that there is no way back",
                "Unset UNSAFE_SKIP_BACKUP, or keep a snapshot of your own.")
        }
        if let trouble = backup.trouble {
            return .fail(
                "no backup can be put into \(backup.folder): \(trouble)",
                "Make the folder, and make it writable for the supervisor.")
        }
        let place = backup.isNear ? "the same filesystem" : "another filesystem"
        if backup.isNear && backup.isSharing {
            return .pass("\(backup.size.inMiB) are copied to \(place), by sharing their blocks")
        }
        let seconds = backup.size / Self.pace
        guard seconds <= Self.longBackup else {
            return .warn(
                "\(backup.size.inMiB) are copied to \(place), while the node is down for "
                    + "\(seconds / 60) minutes or so",
                "Put the data on a filesystem that shares blocks, such as XFS, or prune it.")
        }
        return .pass("\(backup.size.inMiB) are copied to \(place), in \(seconds + 1) s or so")
    }

    var hooks: Finding {
        switch host.hook {
        case .none: .pass("none is configured")
        case .runnable(let path): .pass("\(path) is there")
        case .unusable(let path, let why):
            .fail("\(path) cannot be run: \(why)", "Make it an executable file.")
        }
    }

    var signer: Finding {
        switch host.signer {
        case .remote: .pass("a remote signer signs (priv_validator_laddr)")
        case .local(let key, true): .pass("a local key signs (\(key))")
        case .local(let key, false):
            .warn(
                "there is no key at \(key), and the node would make a new one",
                "Put the key in place, if the node is a validator.")
        case .unknown(let why):
            .unknown(
                "who signs cannot be told: \(why)",
                "Make config/config.toml readable for the supervisor.")
        }
    }
}

extension Int64 {
    fileprivate var inMiB: String { "\(self >> 20) MiB" }
}
