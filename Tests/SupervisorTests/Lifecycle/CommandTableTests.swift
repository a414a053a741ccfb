import Testing

@testable import Supervisor

/// Every phase against every command: what is done, and what comes of it.
struct CommandTableTests {
    private static let commands: [(String, Lifecycle.Command)] = [
        ("start", .start), ("stop", .stop), ("restart", .restart), ("shutdown", .shutdown(nil)),
        ("shutdown 5", .shutdown(5)), ("cancel", .cancel), ("switch", .switch),
    ]

    /// Where an upgrade can be called off, and what that does at once.
    private static let cancelTable = """
        lingering then launch                | -
        stopping then launch                 | -
        stopping then unless due             | -
        killing then launch                  | -
        killing then unless due              | -
        upgrading (acquire) then launch      | cancelStep
        upgrading (acquire) then unless due  | cancelStep
        upgrading (backup) then launch       | cancelStep
        upgrading (backup) then unless due   | cancelStep
        upgrading (hooks) then launch        | cancelStep
        upgrading (hooks) then unless due    | cancelStep
        upgrading (pre_upgrade) then launch  | cancelStep
        upgrading (pre_upgrade) then unless due | cancelStep
        """

    /// "phase | command | effects | next phase"; no effects: "-"; a refusal: "no: why".
    private static let table = """
        idle                | start      | liftHold judge | launching (verdict) then launch
        idle                | stop       | -              | idle
        idle                | restart    | no: held       | idle
        idle                | shutdown   | end(0)         | ended 0
        idle                | shutdown 5 | end(5)         | ended 5
        idle                | switch     | judge          | launching (verdict) then launch
        blocked             | start      | liftHold judge | launching (verdict) then launch
        blocked             | stop       | -              | idle
        blocked             | restart    | no: blocked    | blocked
        blocked             | shutdown   | end(0)         | ended 0
        blocked             | shutdown 5 | end(5)         | ended 5
        blocked             | switch     | judge          | launching (verdict) then launch
        backing off         | start      | liftHold judge | launching (verdict) then launch
        backing off         | stop       | -              | idle
        backing off         | restart    | judge          | launching (verdict) then launch
        backing off         | shutdown   | end(0)         | ended 0
        backing off         | shutdown 5 | end(5)         | ended 5
        backing off         | switch     | judge          | launching (verdict) then launch
        running             | start      | liftHold       | running
        running             | stop       | terminate      | stopping then idle
        running             | restart    | terminate      | stopping then launch
        running             | shutdown   | terminate      | stopping then end
        running             | shutdown 5 | terminate      | stopping then end 5
        running             | switch     | terminate      | stopping then launch
        running awaiting    | start      | liftHold       | running awaiting
        running awaiting    | stop       | terminate      | stopping then idle
        running awaiting    | restart    | terminate      | stopping then launch
        running awaiting    | shutdown   | terminate      | stopping then end
        running awaiting    | shutdown 5 | terminate      | stopping then end 5
        running awaiting    | switch     | terminate      | stopping then launch
        running provisional | start      | liftHold       | running provisional
        running provisional | stop       | terminate      | stopping then idle
        running provisional | restart    | terminate      | stopping then launch
        running provisional | shutdown   | terminate      | stopping then end
        running provisional | shutdown 5 | terminate      | stopping then end 5
        running provisional | switch     | terminate      | stopping then launch
        running adopted     | start      | liftHold       | running adopted
        running adopted     | stop       | terminate      | stopping then idle
        running adopted     | restart    | terminate      | stopping then launch
        running adopted     | shutdown   | terminate      | stopping then end
        running adopted     | shutdown 5 | terminate      | stopping then end 5
        running adopted     | switch     | terminate      | stopping then launch
        lingering then launch | start      | liftHold  | lingering then launch
        lingering then launch | stop       | terminate | stopping then idle
        lingering then launch | restart    | no: busy  | lingering then launch
        lingering then launch | shutdown   | terminate | stopping then end
        lingering then launch | shutdown 5 | terminate | stopping then end 5
        lingering then launch | switch     | no: busy  | lingering then launch
        ended 3             | start      | no: ending     | ended 3
        ended 3             | stop       | -              | ended 3
        ended 3             | restart    | no: ending     | ended 3
        ended 3             | shutdown   | -              | ended 3
        ended 3             | shutdown 5 | -              | ended 3
        ended 3             | switch     | no: ending     | ended 3
        """

    /// The same for each phase that only changes what comes next, such as "stopping then idle".
    private static let nextTable = """
        launch | start      | launch
        launch | stop       | idle
        launch | restart    | no: busy
        launch | shutdown   | end
        launch | shutdown 5 | end 5
        launch | switch     | no: busy
        unless due | start      | launch
        unless due | stop       | idle
        unless due | restart    | no: busy
        unless due | shutdown   | end
        unless due | shutdown 5 | end 5
        unless due | switch     | no: busy
        idle   | start      | launch
        idle   | stop       | idle
        idle   | restart    | no: busy
        idle   | shutdown   | end
        idle   | shutdown 5 | end 5
        idle   | switch     | no: busy
        end    | start      | no: ending
        end    | stop       | end
        end    | restart    | no: busy
        end    | shutdown   | end
        end    | shutdown 5 | end
        end    | switch     | no: busy
        end 3  | start      | no: ending
        end 3  | stop       | end 3
        end 3  | restart    | no: busy
        end 3  | shutdown   | end 3
        end 3  | shutdown 5 | end 3
        end 3  | switch     | no: busy
        """

    @Test func `each phase answers each command by the table`() throws {
        let samples = try PhaseSamples()
        var covered = 0
        let rows = Self.table.tableRows + Self.rowsOfNext(samples) + Self.rowsOfCancel(samples)
        for row in rows {
            let command = try #require(Self.commands.first { $0.0 == row[1] }?.1)
            var lifecycle = try #require(samples.byShape[row[0]], "\(row[0])")
            let answer = Self.answer(of: &lifecycle, to: command, at: samples.now)
            #expect(answer == row[2], "\(row)")
            #expect(lifecycle.phase.shape == row[3], "\(row)")
            covered += 1
        }
        #expect(covered == samples.byShape.count * Self.commands.count)
    }

    private static func rowsOfNext(_ samples: PhaseSamples) -> [[String]] {
        let phases = samples.byShape.keys.filter {
            $0.contains(" then ") && !$0.hasPrefix("lingering")
        }
        return phases.flatMap { phase in
            let words = phase.split(separator: " then ")
            return nextTable.tableRows.filter { $0[0] == String(words[1]) }.map { row in
                let isRefused = row[2].hasPrefix("no: ")
                let isUpgrading = phase.hasPrefix("upgrading") && row[1] != "start"
                let effects = row[1] == "start" ? "liftHold" : isUpgrading ? "cancelStep" : "-"
                return [
                    phase, row[1], isRefused ? row[2] : effects,
                    isRefused ? phase : "\(words[0]) then \(row[2])",
                ]
            }
        }
    }

    private static func rowsOfCancel(_ samples: PhaseSamples) -> [[String]] {
        let accepted = Dictionary(
            uniqueKeysWithValues: cancelTable.tableRows.map { ($0[0], $0[1]) })
        return samples.byShape.keys.map { phase in
            guard let effects = accepted[phase] else {
                return [phase, "cancel", "no: too late", phase]
            }
            let word = phase.prefix { $0 != " " }
            let step = phase.split(separator: " then ")[0]
            return [
                phase, "cancel", effects, "\(word == "upgrading" ? step : word) then unless due",
            ]
        }
    }

    private static func answer(
        of lifecycle: inout Lifecycle, to command: Lifecycle.Command, at now: Instant
    ) -> String {
        do throws(Lifecycle.Refusal) {
            let effects = try lifecycle.request(command, at: now).shape
            return effects.isEmpty ? "-" : effects
        } catch {
            switch error {
            case .held: return "no: held"
            case .blocked: return "no: blocked"
            case .operationInProgress: return "no: busy"
            case .notCancellable: return "no: too late"
            case .shuttingDown: return "no: ending"
            }
        }
    }
}

extension String {
    /// The rows of a table in text: lines of cells between bars.
    var tableRows: [[String]] {
        split(separator: "\n").map { line in
            line.split(separator: "|").map { cell in
                let words = cell.split(separator: " ")
                return words.joined(separator: " ")
            }
        }
    }
}
