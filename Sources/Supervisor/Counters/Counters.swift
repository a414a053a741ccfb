import FoundationEssentials

/// What has happened since this run of the supervisor began, counted for those who watch it.
///
/// To count is a locked addition, so it may be done anywhere.
package final class Counters: Sendable {
    private let values = Locked(Values())

    package init() {}

    package var snapshot: Values { values.withLock(\.self) }

    package func count(_ change: (inout Values) -> Void) {
        values.withLock(change)
    }

    /// All that is counted, at one moment; everything is there from the start, at 0.
    package struct Values: Sendable, Equatable {
        package var starts = Tally<StartReason>()
        package var exits = Tally<ExitKind>()
        package var watchErrors = Tally<WatchSource>()

        package var switches = Tally<SwitchResult>()
        /// From the stop of the old daemon to the start of the new one.
        package var downtime = Histogram(bounds: [
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600, 3600,
        ])
        /// Nil before the first switch of this run.
        package var lastSwitch: SwitchTimes?
        /// The last complete backup of this run.
        package var lastBackup: BackupTimes?

        /// Finished operations.
        package var operations = Tally<OperationOutcome>()
        /// In quarantine, partial uploads included.
        package var quarantineBytes: Int64 = 0
        package var activeUploads = 0
        package var receivedUploadBytes: Int64 = 0

        /// The configuration was taken when it was read last.
        package var isConfigurationTaken = true
        package var watchdogPings = 0
    }

    package struct SwitchTimes: Sendable, Equatable {
        package var steps: [UpgradeStep: Duration]
        package var endedAt: Date
    }

    package struct BackupTimes: Sendable, Equatable {
        package var endedAt: Date
        package var took: Duration
    }
}

// MARK: - What is told apart; the words are those of the metrics

extension Counters {
    package enum StartReason: String, Sendable, CaseIterable {
        case first, crash, request, upgrade, adopted
    }

    package enum ExitKind: String, Sendable, CaseIterable {
        case clean, error, signal
        /// By us, after the grace.
        case killed
    }

    package enum WatchSource: String, Sendable, CaseIterable {
        case planFile = "plan_file"
        /// The folder of the plan file.
        case directory
        case rpc
        /// Operators' plans.
        case planBook = "plan_book"
    }

    package enum SwitchResult: String, Sendable, CaseIterable {
        case succeeded, failed, cancelled
        case rolledBack = "rolled_back"
    }

    package enum OperationResult: String, Sendable, CaseIterable {
        case succeeded, failed, cancelled
    }

    package struct OperationOutcome: Sendable, Hashable, CaseIterable {
        package let kind: Operation.Kind
        package let result: OperationResult

        package init(_ kind: Operation.Kind, _ result: OperationResult) {
            self.kind = kind
            self.result = result
        }

        /// Nil while it runs.
        init?(_ operation: Operation) {
            kind = operation.kind
            switch operation.state {
            case .running: return nil
            case .succeeded: result = .succeeded
            case .failed: result = .failed
            case .cancelled: result = .cancelled
            }
        }

        package static let allCases = Operation.Kind.allCases.flatMap { kind in
            OperationResult.allCases.map { OperationOutcome(kind, $0) }
        }
    }
}
