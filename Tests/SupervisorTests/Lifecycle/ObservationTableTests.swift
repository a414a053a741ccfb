import Testing

@testable import Supervisor

/// Every phase against every observation: what is not in the table changes nothing at all.
struct ObservationTableTests {
    private static let verdicts = [
        "carryOn", "watchClosely", "launchAgain", "restart", "due", "no binary", "blocked",
        "repair", "provisional",
    ]

    /// "phase | observations, by comma | effects | next phase"; no effects: "-".
    private static let table = """
        launching (verdict) then launch | carryOn, watchClosely, launchAgain, restart, \
        provisional | spawn | launching (process) then launch
        launching (verdict) then launch | due | step(acquire) | upgrading (acquire) then launch
        launching (verdict) then launch | no binary, blocked | - | blocked
        launching (verdict) then launch | repair | repair | launching (mending) then launch
        launching (verdict) then launch | adopted | - | running adopted
        launching (verdict) then launch | remains | terminateGroup | stopping then launch
        launching (verdict) then unless due | carryOn, watchClosely, launchAgain, restart, \
        provisional | spawn | launching (process) then launch
        launching (verdict) then unless due | due, no binary, blocked | - | blocked
        launching (verdict) then unless due | repair | repair | launching (mending) then launch
        launching (verdict) then unless due | adopted | terminate | stopping then unless due
        launching (verdict) then unless due | remains | terminateGroup | stopping then unless due
        launching (verdict) then idle | VERDICT | - | idle
        launching (verdict) then idle | adopted | terminate | stopping then idle
        launching (verdict) then idle | remains | terminateGroup | stopping then idle
        launching (verdict) then end 3 | VERDICT | end(3) | ended 3
        launching (verdict) then end 3 | adopted | terminate | stopping then end 3
        launching (verdict) then end 3 | remains | terminateGroup | stopping then end 3
        launching (verdict) then end | VERDICT | end(0) | ended 0
        launching (verdict) then end | adopted | terminate | stopping then end
        launching (verdict) then end | remains | terminateGroup | stopping then end
        launching (mending) then launch | repaired | spawn | launching (process) then launch
        launching (mending) then launch | not repaired | - | blocked
        launching (mending) then unless due | repaired, not repaired | judge \
        | launching (verdict) then unless due
        launching (mending) then idle | repaired, not repaired | - | idle
        launching (mending) then end 3 | repaired, not repaired | end(3) | ended 3
        launching (mending) then end | repaired, not repaired | end(0) | ended 0
        launching (process) then launch | spawned | - | running
        launching (process) then launch | no room | - | backing off
        launching (process) then launch | not spawned | - | blocked
        launching (process) then unless due | spawned | terminate | stopping then unless due
        launching (process) then unless due | no room, not spawned | judge \
        | launching (verdict) then unless due
        launching (process) then idle | spawned | terminate | stopping then idle
        launching (process) then idle | no room, not spawned | - | idle
        launching (process) then end 3 | spawned | terminate | stopping then end 3
        launching (process) then end 3 | no room, not spawned | end(3) | ended 3
        launching (process) then end | spawned | terminate | stopping then end
        launching (process) then end | no room, not spawned | end(0) | ended 0
        RUN | due, restart | terminate | stopping then launch
        RUN | leader exited | terminateGroup | stopping the group then launch
        RUN | exited 0, exited 2 | judge | launching (verdict) then launch
        running | no binary, blocked | - | running awaiting
        running | provisional | - | running provisional
        running awaiting | carryOn, watchClosely, launchAgain, repair | - | running
        running awaiting | blocked | - | running awaiting
        running awaiting | provisional | - | running provisional
        running provisional | carryOn, watchClosely, launchAgain, repair | - | running
        running provisional | no binary, blocked | - | running awaiting
        running provisional | verified | - | running
        running adopted | no binary, blocked | - | running adopted awaiting
        running adopted | provisional | - | running adopted provisional
        lingering then launch | leader exited | terminateGroup | stopping the group then launch
        lingering then launch | late tick | terminate | stopping then launch
        STOP then launch | exited 0, exited 2 | judge | launching (verdict) then launch
        STOP then unless due | exited 0, exited 2 | judge | launching (verdict) then unless due
        STOP then idle | exited 0, exited 2 | - | idle
        STOP then end 3 | exited 0, exited 2 | end(3) | ended 3
        STOP then end | exited 0 | end(0) | ended 0
        STOP then end | exited 2 | end(2) | ended 2
        stopping NEXT | leader exited | terminateGroup | stopping the group NEXT
        stopping NEXT | late tick | kill | killing NEXT
        stopping the group NEXT | leader exited | terminateGroup | stopping the group NEXT
        stopping the group NEXT | late tick | kill | killing the group NEXT
        killing NEXT | leader exited | kill | killing the group NEXT
        killing NEXT | late tick | kill | killing NEXT
        killing the group NEXT | leader exited | kill | killing the group NEXT
        killing the group NEXT | late tick | kill | killing the group NEXT
        upgrading (acquire) then launch | done acquire | step(backup) \
        | upgrading (backup) then launch
        upgrading (backup) then launch | done backup | step(hooks) | upgrading (hooks) then launch
        upgrading (hooks) then launch | done hooks | step(pre_upgrade) \
        | upgrading (pre_upgrade) then launch
        upgrading (pre_upgrade) then launch | done pre_upgrade | step(switch) \
        | upgrading (switch) then launch
        upgrading (switch) then launch | done switch | judge | launching (verdict) then launch
        upgrading (STEP) then launch | failed STEP | - | blocked
        upgrading (STEP) then launch | cancelled STEP | judge | launching (verdict) then launch
        upgrading (STEP) then unless due | done STEP, failed STEP, cancelled STEP | judge \
        | launching (verdict) then unless due
        upgrading (STEP) then idle | done STEP, failed STEP, cancelled STEP | - | idle
        upgrading (STEP) then end 3 | done STEP, failed STEP, cancelled STEP | end(3) | ended 3
        upgrading (STEP) then end | done STEP, failed STEP, cancelled STEP | end(0) | ended 0
        blocked | due | judge | launching (verdict) then launch
        backing off | due | step(acquire) | upgrading (acquire) then launch
        backing off | late tick | judge | launching (verdict) then launch
        """

    /// What stands for several in the table.
    private static let variables: [(String, [String])] = [
        ("VERDICT", verdicts),
        ("RUN", ["running", "running awaiting", "running provisional", "running adopted"]),
        (
            "STOP",
            ["lingering", "stopping", "stopping the group", "killing", "killing the group"]
        ),
        ("NEXT", ["then launch", "then unless due", "then idle", "then end 3", "then end"]),
        ("STEP", ["acquire", "backup", "hooks", "pre_upgrade", "switch"]),
    ]

    @Test func `each phase answers each observation by the table, and nothing else`() throws {
        let samples = try PhaseSamples()
        let observations = Self.observations(samples.plan)
        var expected: [String: [String]] = [:]
        for row in Self.table.tableRows.flatMap(Self.expanded) {
            for name in row[1].split(separator: ", ") {
                // "lingering then idle" does not exist.
                guard samples.byShape[row[0]] != nil || !row[0].hasPrefix("lingering") else {
                    continue
                }
                #expect(samples.byShape[row[0]] != nil, "\(row)")
                #expect(observations[String(name)] != nil, "\(row)")
                #expect(expected["\(row[0]) | \(name)"] == nil, "twice: \(row)")
                expected["\(row[0]) | \(name)"] = [row[2] == "-" ? "" : row[2], row[3]]
            }
        }
        for (shape, before) in samples.byShape {
            for (name, observation) in observations {
                var lifecycle = before
                let now = name == "late tick" ? samples.now + .seconds(60) : samples.now
                let effects = lifecycle.observe(observation, at: now).shape
                if let row = expected["\(shape) | \(name)"] {
                    #expect([effects, lifecycle.phase.shape] == row, "\(shape) | \(name)")
                } else {
                    #expect(effects == "", "\(shape) | \(name)")
                    #expect(lifecycle.phase == before.phase, "\(shape) | \(name)")
                }
            }
        }
    }

    private static func observations(_ plan: UpgradePlan) -> [String: Lifecycle.Observation] {
        var all: [String: Lifecycle.Observation] = [
            "spawned": .spawned(pid: 10), "no room": .spawnFailed(.sample, retry: true),
            "not spawned": .spawnFailed(.sample, retry: false), "repaired": .repaired,
            "not repaired": .repairFailed(.sample), "adopted": .adopted(pid: 10),
            "remains": .remainsFound(pid: 10), "leader exited": .leaderExited(.code(2)),
            "exited 0": .exited(.code(0)), "exited 2": .exited(.code(2)), "verified": .verified,
            "tick": .tick, "late tick": .tick,
        ]
        for (name, verdict) in zip(verdicts, Verdicts(plan: plan).all) {
            all[name] = .judged(verdict)
        }
        for step in UpgradeStep.allCases {
            all["done \(step.rawValue)"] = .stepDone(step)
            all["failed \(step.rawValue)"] = .stepFailed(step, .sample)
            all["cancelled \(step.rawValue)"] = .stepCancelled(step)
        }
        return all
    }

    private static func expanded(_ row: [String]) -> [[String]] {
        let used = variables.filter { name, _ in row.contains { $0.contains(name) } }
        guard let (name, values) = used.first else { return [row] }
        guard name != "VERDICT" else {
            let all = values.joined(separator: ", ")
            return [[row[0], all, row[2], row[3]]]
        }
        return values.flatMap { value in
            expanded(
                row.map {
                    $0.split(separator: name, omittingEmptySubsequences: false)
                        .joined(separator: value)
                })
        }
    }
}
