import CLinux
import Crypto
import FoundationEssentials
import Glibc

/// What is written down of a child before its program begins, to find it again after our own end.
///
/// It stays after the child's end, until the next one is made: then it still tells what the plan
/// file looked like when the last daemon began, and so whether it has been written since.
package struct ChildRecord: Codable, Sendable, Equatable {
    package var role: Role
    package var pid: pid_t
    /// Clock ticks after boot.
    package var startTicks: UInt64
    package var startedAt: Date
    package var bootID: String
    package var pidNamespace: UInt64
    /// True when we were PID 1: then no child outlives us.
    package var supervisorIsInit: Bool
    /// Of the arguments, which may hold secrets.
    package var argumentsSHA256: String
    /// Of the last daemon's arguments, whatever this child is.
    package var daemonArgumentsSHA256: String?
    package var executable: FileID?
    /// The folder of the layout that the daemon was started from.
    package var release: String
    /// The plan file right before the last daemon began; nil when there was none.
    package var planFile: FileIdentity?
    /// The plan that the last daemon was started once more to prove.
    package var proving: ProvenPlan?
    /// The halt height that the last daemon was started with.
    package var halt: HaltSetting?
    /// Bytes of the head of the consensus log when the last daemon began.
    package var logAtStart: Int64?

    package enum Role: String, Codable, Sendable {
        case daemon
        case preUpgrade = "pre_upgrade"
        case hook
    }

    package struct FileID: Codable, Sendable, Equatable {
        package var device: UInt64
        package var inode: UInt64

        /// Nil when there is no such file.
        package init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    package struct ProvenPlan: Codable, Sendable, Equatable {
        package var name: String
        package var height: Height
    }

    /// Nil when there is none or it cannot be read; a torn record is none.
    package static func load(from home: Home) -> ChildRecord? {
        guard let reading = try? ForeignFile.read(home.childRecord, limit: 1 << 16) else {
            return nil
        }
        return try? JSONDecoder().decode(ChildRecord.self, from: Data(reading.bytes))
    }

    /// Written by rename; not synced, for no child survives a power loss.
    package func store(in home: Home) throws(SystemError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(self) else {
            throw SystemError("encode", code: EINVAL)
        }
        try DurableFile.replace(home.childRecord, with: bytes, synced: false)
    }

    package static func digest(of arguments: [String]) -> String {
        SHA256.hash(data: Array(arguments.joined(separator: "\0").utf8)).hex
    }
}

extension ChildRecord {
    /// What has become of the recorded child.
    package enum Fate: Sendable, Equatable {
        /// It lives, and this is the process.
        case alive
        /// It is gone, but members of its group live on.
        case remains
        case dead
        /// It was made in another pid namespace, in which it may live unseen.
        case unknowable
    }

    package func fate(bootID: String = ProcessTable.bootID()) -> Fate {
        guard self.bootID == bootID else { return .dead }
        guard pidNamespace == clinux_pid_namespace() else {
            return supervisorIsInit ? .dead : .unknowable
        }
        if let entry = ProcessEntry(pid: pid), entry.isAlive, entry.startTicks == startTicks {
            return .alive
        }
        return survivors?.isEmpty == true ? .dead : .remains
    }

    /// The live process is what we started: ours to signal, and running what was recorded.
    ///
    /// A record may be forged or outdated; the process is what counts.
    package func isGenuine(in home: Home) -> Bool {
        var status = stat()
        guard stat("/proc/\(pid)", &status) == 0, status.st_uid == geteuid() else { return false }
        if let executable, ChildRecord.FileID(path: "/proc/\(pid)/exe") == executable {
            return true
        }
        // A script runs under its interpreter, a replaced binary under a deleted name.
        return argumentsMatch(of: pid)
    }

    private func argumentsMatch(of pid: pid_t) -> Bool {
        guard let line = ProcFile.text("/proc/\(pid)/cmdline") else { return false }
        let words = line.split(separator: "\0", omittingEmptySubsequences: false).dropLast()
        return words.indices.contains { index in
            ChildRecord.digest(of: words[index...].map(String.init)) == argumentsSHA256
        } || argumentsSHA256 == ChildRecord.digest(of: [])
    }

    /// Live members of the child's group that are not younger namesakes of it; nil when it cannot be
    /// told.
    package var survivors: [ProcessEntry]? {
        guard let members = ProcessTable.liveMembers(ofGroup: pid) else { return nil }
        // A live leader that is not our child means that the number was given out anew.
        guard !members.contains(where: { $0.pid == pid && $0.startTicks != startTicks }) else {
            return []
        }
        return members.filter { $0.startTicks >= startTicks }
    }
}
