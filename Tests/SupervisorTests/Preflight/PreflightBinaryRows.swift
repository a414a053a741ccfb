@testable import Supervisor

/// The table of the checks of a binary.
extension PreflightJudgeTests {
    static let ofBinary: [Row] = [
        (.binaryPresent, .pass, "upgrades/v3/bin", { _ in }),
        (.binaryPresent, .fail, "no binary in", { $0.plan.binary = .absent }),
        (.binaryPresent, .fail, "is held", { $0.plan.binary = BinaryFacts(state: .held) }),
        (.binaryPresent, .fail, "it is empty", { $0.release.program = .unusable("it is empty") }),
        (
            .binaryPresent, .fail, "there is upgrades/v3/bin/gaiad-v3",
            {
                $0.plan.binary = .absent
                $0.release.strays = ["upgrades/v3/bin/gaiad-v3"]
            }
        ),
        (.trust, .pass, "pinned", { _ in }),
        (.trust, .pass, "the plan's", { $0.plan.binary.trust = .planChecksum }),
        (.trust, .pass, "signature", { $0.plan.binary.trust = .signature }),
        (.trust, .pass, "signature", { $0.plan.binary.trust = .manifest }),
        (.trust, .fail, "nothing vouches", { $0.plan.binary.trust = BinaryFacts.Trust.none }),
        (.trust, .fail, "nothing vouches", { $0.plan.binary = BinaryFacts(state: .held) }),
        (.trust, .warn, "only the connection", { $0.plan.trust = .trusted(.none) }),
        (
            .trust, .fail, "no signer",
            { $0.plan.trust = .notYet(reason: "no signer", remedy: "Bring one.") }
        ),
        (
            .trust, .fail, "other files",
            { $0.plan.trust = .refused(reason: "other files", remedy: "Stage those.") }
        ),
        (.trust, .pass, "manifest", { $0.plan.trust = .trusted(.manifest) }),
        (.trust, .unknown, "no binary", { $0.plan.binary = .absent }),
        (.trust, .pass, "the one pinned", { $0.plan.binary.trust = .handPlaced }),
        (
            .trust, .fail, "is pinned",
            {
                $0.plan.binary.trust = .handPlaced
                $0.plan.expectedSHA256 = String(repeating: "1", count: 64)
            }
        ),
        (
            .trust, .warn, "by hand",
            {
                $0.plan.binary.trust = .handPlaced
                $0.plan.expectedSHA256 = nil
            }
        ),
        (
            .trust, .unknown, "being read",
            {
                $0.plan.binary.trust = .handPlaced
                $0.plan.binary.sha256 = nil
            }
        ),
        (.machine, .pass, "as this host is", { _ in }),
        (.machine, .unknown, "no binary", { $0.release.program = .absent }),
        (.machine, .fail, "riscv binary, host", { $0.release.program = .other(.foreign("riscv")) }),
        (.machine, .fail, "an archive", { $0.release.program = .other(.archive("gzip")) }),
        (.machine, .pass, "for /bin/sh", { $0.release.program = script(true) }),
        (.loader, .pass, "ld-linux", { _ in }),
        (.loader, .pass, "static", loading { $0.loader = nil }),
        (
            .loader, .fail, "ld-musl",
            loading { $0.loader = .init(path: "/lib/ld-musl-x86_64.so.1", isThere: false) }
        ),
        (
            .loader, .warn, "no standard place",
            loading { $0.loader = .init(path: "/nix/store/x/ld.so", isThere: true) }
        ),
        (.loader, .fail, "/bin/sh cannot", { $0.release.program = script(false) }),
        (.loader, .pass, "/bin/sh is there", { $0.release.program = script(true) }),
        (.loader, .unknown, "no program", { $0.release.program = .other(.unknown) }),
        (.loader, .fail, "damaged", { $0.release.program = .broken(.broken("interpreter")) }),
        (.libraries, .pass, "all 1", { _ in }),
        (.libraries, .pass, "static", loading { $0.libraries = nil }),
        (.libraries, .pass, "a script", { $0.release.program = script(true) }),
        (.libraries, .fail, "damaged", { $0.release.program = .broken(.noELF) }),
        (
            .libraries, .fail, "libwasmvm.x86_64.so not found",
            loading {
                $0.libraries?.missing = [.init(library: "libwasmvm.x86_64.so", neededBy: "/x")]
            }
        ),
        (
            .libraries, .fail, "GLIBC_2.99 is needed",
            loading {
                $0.libraries?.unmet = [
                    .init(version: "GLIBC_2.99", library: "libc.so.6", neededBy: "/x")
                ]
            }
        ),
        (.libraries, .unknown, "too many", loading { $0.libraries?.isComplete = false }),
        (
            .libraries, .warn, "/root/go/libwasmvm.so",
            loading { $0.libraries?.found["libwasmvm.so"] = "/root/go/libwasmvm.so" }
        ),
        (
            .libraries, .pass, "all 2",
            loading {
                $0.libraries?.found["libwasmvm.so"] =
                    "/home/cosmovisor/upgrades/v3/bin/../lib/libwasmvm.so"
            }
        ),
        (.permissions, .pass, "mode 755", { _ in }),
        (.permissions, .unknown, "no binary", { $0.release.access = nil }),
        (.permissions, .fail, "everyone may write it", { $0.release.access?.mode = 0o777 }),
        (.permissions, .fail, "write /x", { $0.release.access?.openFolders = ["/x"] }),
        (.permissions, .fail, "noexec", { $0.release.access?.isOnNoExec = true }),
        (.permissions, .warn, "another user", { $0.release.access?.isOwnedByStranger = true }),
        (.permissions, .warn, "as its owner", { $0.release.access?.mode = 0o4755 }),
        (.permissions, .pass, "made executable", { $0.release.access?.isExecutable = false }),
        (
            .permissions, .fail, "may not be executed",
            {
                $0.release.access?.isExecutable = false
                $0.release.access?.isOurs = false
            }
        ),
    ]

    private static func script(_ isThere: Bool) -> ProgramFacts {
        .script(interpreter: "/bin/sh", isThere: isThere)
    }
}
