import CLinux
import Glibc

extension HostFacts {
    /// Looks at what all plans of a node have in common; blocks, for as long as the data is measured.
    init(
        of setup: Setup, storedHeight: Height?, serviceManager: ServiceManager = .none
    ) {
        let home = setup.home
        self.serviceManager = serviceManager
        grace = setup.policy.grace
        self.storedHeight = storedHeight
        skippedHeights = setup.skippedHeights
        haltHeight = OperatorsHalt(of: setup, binary: home.daemonName).effective?.height
        data = SpaceFacts(at: home.data, setup.staging.reserve)
        backup = setup.backupFolder.map { folder in
            BackupFacts(in: folder, of: home, setup.staging.reserve)
        }
        hook = setup.hook.map { HookFacts(path: home.root + "/" + $0) } ?? .none
        signer = SignerFacts(in: home)
    }
}

extension HostFacts.SpaceFacts {
    init?(at folder: String, _ reserve: DiskReserve) {
        var filesystem = statvfs()
        guard statvfs(folder, &filesystem) == 0 else { return nil }
        let block = Int64(filesystem.f_frsize)
        free = Int64(filesystem.f_bavail) * block
        self.reserve = reserve.bytes(of: Int64(filesystem.f_blocks) * block)
    }
}

extension HostFacts.BackupFacts {
    init(in folder: String, of home: Home, _ reserve: DiskReserve) {
        self.folder = folder
        var (there, data) = (stat(), stat())
        guard stat(folder, &there) == 0 else {
            trouble = "\(SystemError("stat"))"
            return
        }
        guard there.st_mode & S_IFMT == S_IFDIR else {
            trouble = "it is no folder"
            return
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            trouble = "it is not writable"
            return
        }
        isNear = stat(home.data, &data) == 0 && data.st_dev == there.st_dev
        isSharing = Self.isSharing(folder)
        size = FileTree.size(of: home.data, except: folder)
        space = HostFacts.SpaceFacts(at: folder, reserve)
    }

    /// From linux/magic.h: XFS, unless it was made without, and Btrfs.
    private static func isSharing(_ folder: String) -> Bool {
        var filesystem = statfs()
        guard statfs(folder, &filesystem) == 0 else { return false }
        return [0x5846_5342, 0x9123_683e].contains(
            UInt32(truncatingIfNeeded: filesystem.f_type))
    }
}

extension HostFacts.HookFacts {
    init(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .unusable(path, why: "\(SystemError("stat"))")
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            self = .unusable(path, why: "it is empty, or no regular file")
            return
        }
        // What is missing of it is added before it is run, where that is ours to do.
        let isOurs = geteuid() == 0 || status.st_uid == geteuid()
        guard isOurs || access(path, X_OK) == 0 else {
            self = .unusable(path, why: "it may not be executed")
            return
        }
        self = .runnable(path)
    }
}

extension HostFacts.SignerFacts {
    init(in home: Home) {
        let config: NodeConfig
        do throws(SystemError) {
            config = try NodeConfig(path: home.config + "/config.toml")
        } catch {
            self = .unknown("\(error)")
            return
        }
        guard (config.string("priv_validator_laddr") ?? "").isEmpty else {
            self = .remote
            return
        }
        let key = config.string("priv_validator_key_file") ?? "config/priv_validator_key.json"
        let path = key.hasPrefix("/") ? key : home.path + "/" + key
        self = .local(key: key, isThere: Seal(path) != nil)
    }
}
