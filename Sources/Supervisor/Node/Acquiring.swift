import FoundationEssentials
import Logging

/// Fetching what a plan names without being asked (DAEMON_ALLOW_DOWNLOAD_BINARIES): as soon as the
/// plan is known, which may be days before its height, and at its height at the latest.
extension NodeSupervisor {
    /// What has been tried for one plan.
    struct Acquisition: Sendable {
        /// Another one is another plan.
        let info: String
        var operation: EventID?
        var failures = 0
        /// When it is tried again; nil for never.
        var next: Instant?
        /// Of the last attempt; a clause.
        var trouble: String?
    }

    func keepAcquiring() async {
        guard setup.downloads else { return }
        var wake: EventLoop.Wake
        repeat {
            await acquireNext()
            let next = memory.acquisitions.values.compactMap(\.next).min()
            wake = await acquiring.wait(until: next.map { max($0, .now + .seconds(1)) })
        } while wake != .cancelled
    }

    private func acquireNext() async {
        let wanting = planFacts().filter { $0.wantsBinary && !isHearsay($0) }
        let directories = Set(wanting.map(\.directory))
        memory.acquisitions = memory.acquisitions.filter { directories.contains($0.key) }
        for plan in wanting where !isPreparing(plan.directory) {
            await acquire(plan)
        }
    }

    private func isPreparing(_ directory: String) -> Bool {
        memory.operations.running.contains { operation in
            operation.kind == .prepare
                && operation.plan.flatMap { try? planName($0) }
                    .map { setup.home.release(for: $0).directory } == directory
        }
    }

    private func acquire(_ plan: PlanFacts) async {
        guard let info = plan.info, let name = try? planName(plan.name) else { return }
        var known = memory.acquisitions[plan.directory]
        if known?.info != info { known = nil }
        var acquisition = known ?? Acquisition(info: info, next: .now)
        guard let next = acquisition.next, next <= .now else { return }
        acquisition.next = nil
        do throws(PrepareRefusal) {
            let operation = try await prepare(name, from: .plan, by: .system, mayVouch: false)
            acquisition.operation = operation.id
            acquisition.trouble = nil
        } catch {
            refused(error, &acquisition, plan)
        }
        memory.acquisitions[plan.directory] = acquisition
    }

    private func refused(
        _ refusal: PrepareRefusal, _ acquisition: inout Acquisition, _ plan: PlanFacts
    ) {
        switch refusal {
        case .source(let refusal):
            // Nothing changes that until the plan itself does.
            acquisition.trouble = refusal.reason
            log.warning(
                "the binary of a plan cannot be fetched",
                metadata: [
                    "plan.name": "\(plan.name)", "refusal": "\(refusal.kind.rawValue)",
                    "error": "\(refusal.reason)", "remedy": "\(refusal.remedy)",
                ])
        case .wish, .staging:
            // Another is under way, or the disk is full: later.
            acquisition.next = .now + .seconds(30)
        }
    }

    /// To be called with each preparation that has ended; one that succeeded, or that somebody called
    /// off, is not begun again.
    func acquisitionEnded(_ operation: EventID, _ failure: Operation.Failure?) {
        let found = memory.acquisitions.first { $0.value.operation == operation }
        guard let (directory, acquisition) = found else { return }
        var ended = acquisition
        ended.operation = nil
        guard let failure else {
            memory.acquisitions[directory] = ended
            return
        }
        ended.failures += 1
        ended.trouble = failure.detail.asClause
        ended.next = .now + Self.pause(after: ended.failures)
        memory.acquisitions[directory] = ended
        acquiring.raise()
        judging.raise()
    }

    /// A minute, doubled to half an hour: the attempts of one download lie within it.
    private static func pause(after failures: Int) -> Duration {
        .seconds(min(60 << min(failures - 1, 5), 1800))
    }

    /// Why the binary of a plan is not there, where it is to come by itself; a clause.
    func troubleGettingBinary(of release: Release) -> String? {
        guard let acquisition = memory.acquisitions[release.directory] else { return nil }
        if acquisition.operation != nil { return "it is being fetched" }
        return acquisition.trouble.map { "fetching it failed: \($0)" }
    }
}

extension PlanFacts {
    /// It is still to come, says where its binary is to be had, and has none.
    fileprivate var wantsBinary: Bool {
        binary.state == .absent && info != nil && state.isComing
    }
}
