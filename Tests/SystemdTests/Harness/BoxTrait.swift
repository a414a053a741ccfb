import FoundationEssentials
import Glibc
import Testing

@testable import EndToEndTests

/// Boots one box for all the tests of a suite, and sees that nothing of it is left afterwards.
struct BoxTrait: SuiteTrait, TestScoping {
    /// The box of the suite that the current test is in.
    @TaskLocal static var box: Box?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing tests: @Sendable () async throws -> Void
    ) async throws {
        try #require(Box.obstacle == nil, "CI=true, and no box can be booted")
        let box = try await Box.boot()
        do {
            try await box.install("switchyard@.service", "switchyard@.socket")
            try await Self.$box.withValue(box, operation: tests)
        } catch {
            try await box.shutDown()
            throw error
        }
        try await box.shutDown()
    }
}

extension Trait where Self == BoxTrait {
    static var box: Self { BoxTrait() }
}

extension Box {
    /// Whether the tests are to be run: without root or systemd they are skipped, but never where
    /// somebody relies on them.
    static var isWanted: Bool {
        obstacle == nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Whether the box knows the memory controller, which the host may not give to it.
    var limitsMemory: Bool {
        let controllers = try? read("/sys/fs/cgroup/cgroup.controllers")
        return controllers?.contains("memory") == true
            || access(root + "/sys/fs/cgroup/memory", F_OK) == 0
    }

    /// Whether an oom_score_adj can be lowered here, which takes CAP_SYS_RESOURCE.
    static let mayProtect: Bool = {
        let status = (try? Data(contentsOf: URL(filePath: "/proc/self/status"))) ?? Data()
        let match = String(decoding: status, as: UTF8.self).firstMatch(of: /CapEff:\s+([0-9a-f]+)/)
        guard let match, let held = UInt64(match.1, radix: 16) else { return false }
        return held & (1 << 24) != 0
    }()

    /// Puts unit files of ours in place, as they are.
    fileprivate func install(_ names: String...) async throws {
        for name in names {
            let file = URL(filePath: Self.repository + "/deploy/systemd/" + name)
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            try write(text, to: "/etc/systemd/system/" + name)
        }
        try await systemctl("daemon-reload")
    }
}
