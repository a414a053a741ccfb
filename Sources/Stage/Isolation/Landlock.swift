import CStageKernel
import Glibc
import StageMessages

/// What a profile may reach in the filesystem; with newer kernels, also by TCP and by signals.
///
/// Open descriptors keep their rights. A kernel before 6.2 does not keep a file from being truncated,
/// one before 6.7 knows nothing of TCP, one before 6.12 of signals and abstract sockets: the filter of
/// system calls stands before those.
struct Landlock {
    private let version: Int32
    private let ruleset: Int32

    static func restrict(to profile: Profile) throws(StageFailure) {
        let version = stagekernel_landlock_version()
        guard version > 0 else {
            guard profile.insistsOnAll else { return }
            // ENOSYS: not built in. EOPNOTSUPP: switched off at boot. EPERM: a filter, as
            // @system-service of systemd 252, which knows no Landlock.
            throw StageFailure(.notConfined, "there is no Landlock here: \(words(for: -version))")
        }
        let ruleset = stagekernel_landlock_ruleset(version, tcp(of: profile))
        guard ruleset >= 0 else { throw failure(ruleset) }
        defer { close(ruleset) }
        try Landlock(version: version, ruleset: ruleset).allow(profile)
        let result = stagekernel_landlock_restrict(ruleset)
        guard result == 0 else { throw failure(result) }
    }

    private static func tcp(of profile: Profile) -> UInt64 {
        switch profile {
        case .fetch: stagekernel_bind_tcp
        case .unpack, .probe: stagekernel_bind_tcp | stagekernel_connect_tcp
        }
    }

    private static func failure(_ result: Int32) -> StageFailure {
        StageFailure(.notConfined, "Landlock: \(words(for: -result))")
    }
}

// MARK: - What is allowed

extension Landlock {
    private static let read = stagekernel_read_file | stagekernel_read_folder
    private static let write =
        stagekernel_make_folder | stagekernel_make_file | stagekernel_write_file
        | stagekernel_truncate

    private func allow(_ profile: Profile) throws(StageFailure) {
        switch profile {
        case .fetch:
            for path in Self.readByFetch { try allow(path, Self.read) }
        case .unpack:
            try allow(UnpackDescriptors.folder, Self.write | stagekernel_read_file)
        case .probe(let folders, let home):
            if let home { try allow(home, Self.read | Self.write) }
            for path in Self.libraries + Self.readByPrograms { try allow(path, Self.read) }
            for path in Self.loaders + folders {
                try allow(path, Self.read | stagekernel_execute)
            }
            try allow("/dev/null", stagekernel_read_file | stagekernel_write_file)
        }
    }

    /// What is not there is not allowed.
    private func allow(_ path: String, _ rights: UInt64) throws(StageFailure) {
        let file = open(path, stagekernel_path_alone | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        try allow(file, rights)
    }

    private func allow(_ file: Int32, _ rights: UInt64) throws(StageFailure) {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.failure(-errno) }
        var rights = rights & stagekernel_landlock_file_rights(version)
        if status.st_mode & S_IFMT != S_IFDIR {
            rights &=
                stagekernel_execute | stagekernel_read_file | stagekernel_write_file
                | stagekernel_truncate
        }
        let result = stagekernel_landlock_allow(ruleset, file, rights)
        guard result == 0 else { throw Self.failure(result) }
    }

    private static let libraries = [
        "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib",
    ]

    /// What start a program that is linked dynamically; of the libraries only they are run.
    private static let loaders = [
        "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-x86_64.so.1",
        "/lib/ld-musl-aarch64.so.1",
    ]

    /// Of its own process, and of the machine as the runtimes of C and Go look at it.
    private static let readByPrograms = [
        "/etc/ld.so.cache", "/proc/self", "/dev/urandom", "/sys/devices/system/cpu",
        "/sys/kernel/mm/transparent_hugepage",
    ]

    /// Names of hosts, certificates, and the libraries that look both up.
    private static var readByFetch: [String] {
        let told: [String] = ["SSL_CERT_FILE", "SSL_CERT_DIR"].flatMap { (name: String) in
            let value = getenv(name).map { String(cString: $0) } ?? ""
            return value.split(separator: ":").map(String.init)
        }
        return libraries + told + [
            "/etc", "/usr", "/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf",
            "/var/lib/ca-certificates", "/var/run/nscd", "/dev/urandom", "/dev/null",
        ]
    }
}
