import Glibc
import Testing

@testable import Supervisor

/// The facts of a preflight, as they lie on a disk.
struct PreflightLookingTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("data")
        try home.makeFolder("cosmovisor/upgrades")
    }

    private func sight(
        of directory: String, isStaged: Bool = true, named: Set<String> = []
    ) -> ReleaseSight {
        let plan = PlanFacts(
            name: directory, directory: "upgrades/" + directory, origin: .layout, trigger: .manual,
            height: nil, info: nil, state: .pending, reasonCode: .heightUnknown, reason: "",
            binary: isStaged ? BinaryFacts(state: .staged) : .absent, createdAt: nil,
            appliedAt: nil)
        return ReleaseSight(
            of: plan, in: home.home, named: named, environment: [], cache: LoaderCache())
    }

    private func place(_ bytes: some Sequence<UInt8>, in folder: String) throws {
        try home.write(bytes, to: "cosmovisor/upgrades/\(folder)/bin/dummyd", mode: 0o755)
    }

    @Test(arguments: [
        ("v3", "V3"), ("v3", "3"), ("v3", "v3%20"), ("v3-rc 1", "v3-rc%201"),
        ("v3%2Fa", "v3%252Fa"), ("v8-rho", "v8-Rho"), ("v8-rho", "v8_rho"), ("v1.0", "v1-0"),
        ("a+b", "a%20b"),
    ])
    func `names that people take for one another are alike`(_ one: String, _ other: String) {
        #expect(NearMiss.likeness(of: one) == NearMiss.likeness(of: other))
    }

    @Test(arguments: [("v1.0", "v10"), ("v30", "v31"), ("v3", "v3.1"), ("theta", "vega")])
    func `names of other versions are not`(_ one: String, _ other: String) {
        #expect(NearMiss.likeness(of: one) != NearMiss.likeness(of: other))
    }

    @Test func `a binary in a folder that is nearly right is found, and others beside it`() throws {
        try place("#!/bin/sh\n".utf8, in: "V3")
        try place("#!/bin/sh\n".utf8, in: "v4")
        try place("#!/bin/sh\n".utf8, in: "v2")
        try home.makeFolder("cosmovisor/upgrades/v3%20/bin")
        let sight = sight(of: "v3", isStaged: false, named: ["upgrades/v2"])
        #expect(sight.nearMisses == ["V3"])
        #expect(sight.unplanned == ["v4"])
        #expect(sight.program == .absent && sight.access == nil)
    }

    @Test func `files of other names, and in other places of the folder, are told`() throws {
        try home.write("x", to: "cosmovisor/upgrades/v3/bin/dummyd-v3")
        try home.write("x", to: "cosmovisor/upgrades/v3/dummyd")
        #expect(
            sight(of: "v3", isStaged: false).strays
                == ["upgrades/v3/dummyd", "upgrades/v3/bin/dummyd-v3"])
    }

    @Test func `a program is read with its loader and libraries`() throws {
        var bytes = try ForeignFile.readPrefix("/usr/bin/env", limit: 1 << 20)
        try place(bytes, in: "v3")
        guard case .program(let loading) = sight(of: "v3").program else {
            Issue.record("\(sight(of: "v3").program)")
            return
        }
        #expect(loading.loader?.isThere == true)
        #expect(loading.libraries?.found["libc.so.6"] != nil)
        #expect(loading.own == home["cosmovisor/upgrades/v3"])
        try place(bytes.prefix(200), in: "v3")
        #expect(sight(of: "v3").program == .broken(.broken("program headers")))
        (bytes[18], bytes[19]) = (243, 0)
        try place(bytes, in: "v3")
        #expect(sight(of: "v3").program == .other(.foreign("riscv")))
    }

    @Test func `a script is read for its interpreter`() throws {
        try place("#! /bin/sh -e\nexit\n".utf8, in: "v3")
        #expect(sight(of: "v3").program == .script(interpreter: "/bin/sh", isThere: true))
        try place("#!/no/such\n".utf8, in: "v3")
        #expect(sight(of: "v3").program == .script(interpreter: "/no/such", isThere: false))
        try place([], in: "v3")
        #expect(sight(of: "v3").program == .unusable("it is empty"))
    }

    @Test func `folders that everyone may write are told, unless they are sticky`() throws {
        try place("#!/bin/sh\n".utf8, in: "v3")
        #expect(sight(of: "v3").access?.openFolders == [])
        try home.makeFolder("cosmovisor/upgrades/v3/bin", mode: 0o777)
        #expect(sight(of: "v3").access?.openFolders == [home["cosmovisor/upgrades/v3/bin"]])
        try home.makeFolder("cosmovisor/upgrades/v3/bin", mode: 0o1777)
        #expect(sight(of: "v3").access?.openFolders == [])
        #expect(sight(of: "v3").access?.isExecutable == true)
    }

    // MARK: - The host

    private func host(_ change: (inout Setup) -> Void = { _ in }) -> HostFacts {
        var setup = Setup(
            home: home.home, arguments: ["start"], environment: [], version: "test")
        change(&setup)
        return HostFacts(of: setup, storedHeight: 7)
    }

    @Test func `who signs is read from the configuration`() throws {
        guard case .unknown = host().signer else {
            Issue.record("\(host().signer)")
            return
        }
        try home.write("moniker = \"x\"\n", to: "config/config.toml")
        let key = "config/priv_validator_key.json"
        #expect(host().signer == .local(key: key, isThere: false))
        try home.write("{}", to: key)
        #expect(host().signer == .local(key: key, isThere: true))
        try home.write(
            "[rpc]\npriv_validator_laddr = \"no\"\n", to: "config/config.toml")
        #expect(host().signer == .local(key: key, isThere: true))
        try home.write(
            "priv_validator_laddr = \"tcp://0.0.0.0:26659\" # tmkms\n", to: "config/config.toml")
        #expect(host().signer == .remote)
    }

    @Test func `a halt height is told by arguments, environment or configuration`() throws {
        #expect(host().haltHeight == nil)
        try home.write("halt-time = 0\nhalt-height = 90 # soon\n", to: "config/app.toml")
        #expect(host().haltHeight == 90)
        #expect(host { $0.environment = ["DUMMYD_HALT_HEIGHT=91"] }.haltHeight == 91)
        #expect(host { $0.arguments += ["--halt-height", "92"] }.haltHeight == 92)
        #expect(host { $0.arguments += ["--halt-height=0"] }.haltHeight == nil)
    }

    @Test func `the backup's folder, size and room are told`() throws {
        try home.write([UInt8](repeating: 1, count: 3 << 20), to: "data/blocks")
        let near = try #require(host().backup)
        #expect(near.isNear && near.trouble == nil && near.size >= 3 << 20)
        #expect((near.space?.free ?? 0) > 0)
        #expect(host { $0.backupFolder = nil }.backup == nil)
        #expect(host { $0.backupFolder = home["nothing"] }.backup?.trouble != nil)
        #expect(
            host { $0.backupFolder = home["data/blocks"] }.backup?.trouble == "it is no folder")
    }

    @Test func `a hook is there, or why not`() throws {
        #expect(host().hook == .none)
        func hook() -> HostFacts.HookFacts { host { $0.hook = "hook.sh" }.hook }
        let path = home["cosmovisor/hook.sh"]
        #expect(hook() == .unusable(path, why: "stat: No such file or directory"))
        try home.writeScript("exit 0", to: "cosmovisor/hook.sh")
        #expect(hook() == .runnable(path))
    }
}
