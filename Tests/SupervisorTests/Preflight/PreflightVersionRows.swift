import StageMessages

@testable import Supervisor

/// The tables of what is asked of others: of the binary its version, of systemd its patience.
extension PreflightJudgeTests {
    static let ofVersion: [Row] = [
        (.version, .unknown, "not asked", { _ in }),
        (.version, .pass, "it prints \"v18.1.0\"", says("v18.1.0\n")),
        (.version, .warn, "prints nothing", says(" \n\n")),
        (.version, .warn, "says \"v17.2.0\", and the plan is v18", says("v17.2.0", for: "v18")),
        (.version, .pass, "v18.0.0", says("v18.0.0", for: "v18")),
        (.version, .pass, "v1.15.3", says("v1.15.3", for: "v18")),
        (.version, .warn, "the plan is v18.1.0", says("v18.0.9", for: "v18.1.0")),
        (.version, .pass, "18.0.9", says("18.0.9", for: "v18.1.0")),
        (.version, .warn, "code 1 when it was asked", said(.ended(.code(1), "no home\n"))),
        (.version, .warn, "shut in: no home", said(.ended(.code(1), "no home\n"))),
        (.version, .warn, "signal SIGSEGV", said(.ended(.signal(11), ""))),
        (.version, .warn, "still busy", said(.late)),
        (.version, .warn, "Permission denied", said(.refused("cannot run it: Permission denied"))),
        (.version, .unknown, "not installed", said(.unconfined(.missing))),
        (
            .version, .unknown, "no Landlock here",
            said(.unconfined(.failed(StageFailure(.notConfined, "there is no Landlock here"))))
        ),
        (.version, .unknown, "too full", said(.unconfined(.full))),
        (.version, .unknown, "no binary", { $0.plan.binary = .absent }),
        (.version, .unknown, "nothing vouches", { $0.plan.binary.state = .held }),
        (.version, .unknown, "nothing vouches", { $0.plan.binary.trust = BinaryFacts.Trust.none }),
        (
            .version, .unknown, "nothing vouches",
            {
                $0.plan.binary.trust = .handPlaced
                $0.plan.expectedSHA256 = nil
            }
        ),
        (
            .version, .unknown, "is a script",
            { $0.release.program = .script(interpreter: "/bin/sh", isThere: true) }
        ),
        (.version, .unknown, "libraries does not", loading { $0.libraries?.missing = missing }),
        (.version, .unknown, "not be executed", { $0.release.access?.isExecutable = false }),
    ]

    private static let missing = [
        LibraryReport.Missing(library: "libwasmvm.so", neededBy: "/x")
    ]

    private static func says(_ text: String, for plan: String = "v3") -> Change {
        { facts in
            facts.plan.name = plan
            facts.version = .ended(.code(0), text)
        }
    }

    private static func said(_ answer: VersionAnswer) -> Change { { $0.version = answer } }

    static let ofStopping: [Row] = [
        (.stopGrace, .warn, "killed", { $0.host.grace = .zero }),
        (.stopGrace, .pass, "30s to end, and systemd waits 90s", stops(after: .seconds(90))),
        (.stopGrace, .pass, "ends it also", stops(after: .seconds(90), "control-group")),
        (.stopGrace, .warn, "systemd kills it after 20s", stops(after: .seconds(20))),
        (.stopGrace, .warn, "kills it after 30s", stops(after: .seconds(30))),
        (.stopGrace, .pass, "as long as it takes", stops(after: nil)),
        (
            .stopGrace, .pass, "waits for it beyond its 20s",
            stops(after: .seconds(20), isExtended: true)
        ),
        (
            .stopGrace, .unknown, "cannot be read",
            { $0.host.serviceManager = .systemd(stop: nil, isExtended: false) }
        ),
        (
            .stopGrace, .pass, "30s to end",
            { $0.host.serviceManager = .systemd(stop: nil, isExtended: true) }
        ),
    ]

    private static func stops(
        after timeout: Duration?, _ killMode: String = "process", isExtended: Bool = false
    ) -> Change {
        { facts in
            let stop = ServiceManager.Stop(timeout: timeout, killMode: killMode)
            facts.host.serviceManager = .systemd(stop: stop, isExtended: isExtended)
        }
    }
}
