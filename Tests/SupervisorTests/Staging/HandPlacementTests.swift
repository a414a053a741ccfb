import Glibc
import Testing

@testable import Supervisor

/// Binaries that operators put in place by hand.
struct HandPlacementTests {
    private let temporary: TemporaryHome
    private var home: Home { temporary.home }
    private var release: Release { Release(home: home, directory: "upgrades/v2") }

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("cosmovisor")
        try temporary.writeScript("echo new", to: "new")
        try temporary.writeScript("echo other", to: "other")
    }

    private func place(_ name: String, replacing: Bool = false) throws {
        let placement = try HandPlacement(
            try OfferedProgram(temporary[name]), to: release, of: home, replacing: replacing)
        try placement.makeReady()?.putInPlace()
    }

    private var placed: String {
        get throws { try temporary.read("cosmovisor/upgrades/v2/bin/dummyd") }
    }

    @Test func `it is a copy that everybody may execute, and nothing is beside it`() throws {
        #expect(chmod(temporary["new"], 0o600) == 0)
        try place("new")
        #expect(try placed == "#!/bin/sh\necho new\n")
        let status = try temporary.status("cosmovisor/upgrades/v2/bin/dummyd")
        #expect(status.st_mode & 0o7777 == 0o755)
        #expect(temporary.names(in: "cosmovisor/upgrades/v2/bin") == ["dummyd"])
        #expect(temporary.names(in: "cosmovisor/upgrades/v2") == ["bin"])
    }

    @Test func `another binary is replaced only when that was asked for`() throws {
        try place("other")
        #expect(throws: HandPlacementError.exists(release.binary)) { try place("new") }
        #expect(try placed.contains("other"))
        try place("new", replacing: true)
        #expect(try placed.contains("new"))
    }

    @Test func `the same bytes may come again, and the file stays the one it was`() throws {
        try place("new")
        let before = try temporary.status("cosmovisor/upgrades/v2/bin/dummyd")
        try place("new")
        try place("new", replacing: true)
        #expect(try temporary.status("cosmovisor/upgrades/v2/bin/dummyd").st_ino == before.st_ino)
    }

    @Test func `a binary that runs is replaced, and what runs goes on`() async throws {
        try temporary.makeFolder("cosmovisor/upgrades/v2/bin")
        #expect(try await Shell.succeeds("cp /bin/sleep '\(release.binary)'"))
        let running = try RunningLoop()
        let request = ProcessRequest(
            path: release.binary, arguments: ["1000"], environment: [])
        let process = try await ShellProcess(request, on: running.loop)
        try place("new", replacing: true)
        #expect(try placed.contains("new"))
        #expect(kill(process.pid, 0) == 0)
        await process.kill(on: running.loop)
    }

    @Test func `what a command that was cut has left does no harm`() throws {
        try temporary.write("half", to: "cosmovisor/upgrades/v2/bin/.adding-dummyd")
        try place("new")
        #expect(temporary.names(in: "cosmovisor/upgrades/v2/bin") == ["dummyd"])
    }

    @Test func `two commands at once do not write one file`() throws {
        let program = try OfferedProgram(temporary["new"])
        let first = try HandPlacement(program, to: release, of: home, replacing: false).makeReady()
        #expect(throws: HandPlacementError.busy(release.binary)) { try place("other") }
        try first?.putInPlace()
        #expect(try placed.contains("new"))
    }

    @Test func `what is written after it was looked at is not placed`() throws {
        let program = try OfferedProgram(temporary["new"])
        let placement = try HandPlacement(program, to: release, of: home, replacing: false)
        try temporary.writeScript("echo else", to: "new")
        #expect(
            throws: HandPlacementError.system(
                SystemError("read", path: temporary["new"], code: ETXTBSY))
        ) { try placement.makeReady() }
        #expect(temporary.names(in: "cosmovisor/upgrades/v2/bin") == [])
    }

    @Test func `another name for the file while it is copied does no harm`() throws {
        let program = try OfferedProgram(temporary["new"])
        let placement = try HandPlacement(program, to: release, of: home, replacing: false)
        #expect(link(temporary["new"], temporary["another"]) == 0)
        try placement.makeReady()?.putInPlace()
        #expect(try placed.contains("new"))
    }

    @Test func `what is called off leaves nothing but folders`() throws {
        let program = try OfferedProgram(temporary["new"])
        try HandPlacement(program, to: release, of: home, replacing: false).makeReady()?.callOff()
        #expect(temporary.names(in: "cosmovisor/upgrades/v2/bin") == [])
    }

    @Test func `a link that leads out of the home is not followed`() throws {
        try temporary.makeFolder("elsewhere")
        try temporary.makeLink("cosmovisor/upgrades/v2", to: temporary["elsewhere"])
        #expect(throws: HandPlacementError.self) { try place("new") }
        #expect(temporary.names(in: "elsewhere") == [])
    }

    @Test(.enabled(if: geteuid() == 0)) func `what root places is the home's owner's`() throws {
        #expect(chown(home.root, 1234, 1235) == 0)
        try place("new")
        for name in ["upgrades", "upgrades/v2", "upgrades/v2/bin", "upgrades/v2/bin/dummyd"] {
            let status = try temporary.status("cosmovisor/" + name)
            #expect(status.st_uid == 1234 && status.st_gid == 1235, "\(name)")
        }
    }

    // MARK: - What is offered

    @Test func `executables of this machine and scripts are taken, also by a link`() throws {
        _ = try OfferedProgram("/proc/self/exe")
        try temporary.makeLink("link", to: "new")
        _ = try OfferedProgram(temporary["link"])
    }

    @Test(arguments: [
        ("", "There is no content."), ("text", "This is no executable."),
        ("\u{1f}\u{8b}", "archive (gzip)"),
        ("\u{7f}ELF", "cannot be executed"), ("MZ", "executable for Windows"),
    ])
    func `what cannot run is refused by what it is`(content: String, reason: String) throws {
        // Scalars are bytes here.
        try temporary.write(
            content.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, to: "offered")
        let error = #expect(throws: OfferedProgramError.self) {
            try OfferedProgram(temporary["offered"])
        }
        #expect(error?.description.contains(reason) == true)
        #expect(error?.description.contains(temporary["offered"]) == true)
    }

    @Test func `an executable for another machine is refused`() throws {
        var head = [UInt8](repeating: 0, count: 64)
        head.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
        head[16] = 2
        head[18] = 243
        try temporary.write(head, to: "offered")
        let error = #expect(throws: OfferedProgramError.self) {
            try OfferedProgram(temporary["offered"])
        }
        #expect(error?.description.contains("executable for riscv") == true)
    }

    @Test func `a folder, a pipe and nothing are refused and never waited for`() throws {
        #expect(throws: OfferedProgramError.notRegular(home.root, "a folder")) {
            try OfferedProgram(home.root)
        }
        #expect(mkfifo(temporary["pipe"], 0o600) == 0)
        #expect(throws: OfferedProgramError.notRegular(temporary["pipe"], "a named pipe")) {
            try OfferedProgram(temporary["pipe"])
        }
        #expect(throws: OfferedProgramError.missing("/no/such")) { try OfferedProgram("/no/such") }
    }
}
