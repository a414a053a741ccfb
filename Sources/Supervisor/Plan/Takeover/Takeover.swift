import CLinux
import FoundationEssentials
import Glibc

/// Takes over what operators gave to Cosmovisor: its batch of plans, and a plan file that was made
/// ahead of its height.
///
/// Each becomes a height plan of the plan book, once. Everything here blocks, and may be cut at any
/// moment: it is then done again.
package struct Takeover: Sendable {
    private let home: Home
    private let book: PlanBook

    package init(_ home: Home, into book: PlanBook) {
        self.home = home
        self.book = book
    }

    /// What was done, for the log.
    package struct Report: Sendable, Equatable {
        package var declared: [UpgradePlan] = []
        package var left: [Left] = []
        /// Where the batch file is now.
        package var batch: String?
        /// What an operator has to look at: what is wrong and what helps.
        package var warnings: [Warning] = []

        package struct Left: Sendable, Equatable {
            package let plan: UpgradePlan
            package let why: String
        }

        package struct Warning: Sendable, Equatable {
            package let file: String
            package let what: String
            package let remedy: String
        }
    }

    package func carryOut() -> Report {
        var report = Report()
        takeBatch(&report)
        takePlanFile(&report)
        return report
    }

    // MARK: - The batch

    private func takeBatch(_ report: inout Report) {
        switch BatchFile(in: home) {
        case .absent: return
        case .broken(let what):
            report.warnings.append(
                .init(
                    file: home.batchFile, what: what,
                    remedy: "declare its plans with add-batch-upgrade, and remove the file"))
        case .plans(let plans):
            let lowerBound = plans.isEmpty ? nil : HomeHeight(home).lowerBound
            for plan in plans {
                guard take(plan, from: home.batchFile, at: lowerBound, &report) else { return }
            }
            putBatchAside(&report)
        }
    }

    /// Under a name by which Cosmovisor can be given it back.
    private func putBatchAside(_ report: inout Report) {
        let base = home.batchFile + ".taken-over"
        for number in 1..<100 {
            let name = number == 1 ? base : "\(base).\(number)"
            switch clinux_rename_noreplace(home.batchFile, name) {
            case 0:
                report.batch = name
                return
            case -EEXIST: continue
            case let code:
                let error = SystemError("rename", path: home.batchFile, code: -code)
                report.warnings.append(
                    .init(
                        file: home.batchFile, what: "its plans are taken over, and \(error)",
                        remedy: "rename it, or they come back when they are withdrawn"))
                return
            }
        }
    }

    // MARK: - The plan file

    /// Taken over once: whoever withdraws the plan then is not contradicted at the next start.
    private func takePlanFile(_ report: inout Report) {
        guard let file = PrecreatedPlan(in: home), !isTaken(file) else { return }
        let height = HomeHeight(home)
        // Not knowing the height is not knowing that it is to come.
        guard height.lowerBound != nil || height.isUntouched,
            take(file.plan, from: home.planFile, at: height.lowerBound, &report)
        else { return }
        // Without it the plan is looked at again, and found in the book.
        try? DurableFile.replace(home.takenOver, with: Array(file.identity.sha256.utf8))
    }

    private func isTaken(_ file: PrecreatedPlan) -> Bool {
        let reading = try? ForeignFile.read(home.takenOver, limit: 256)
        return reading.map { String(decoding: $0.bytes, as: UTF8.self) } == file.identity.sha256
    }

    // MARK: - One plan

    /// - Returns: Whether it is done with; no when the book could not be written.
    private func take(
        _ plan: UpgradePlan, from file: String, at lowerBound: Height?, _ report: inout Report
    ) -> Bool {
        let entry = book.entry(of: plan.name)
        let rule = TakeoverRule(
            .init(
                plan: plan, lowerBound: lowerBound,
                current: CurrentLink(home).facts().upgradeDirectory,
                copy: PlanFile(at: home.release(for: plan.name).planFile, case: home.letterCase)
                    .plan, entry: entry))
        if case .leave(let why) = rule {
            report.left.append(.init(plan: plan, why: why))
            return true
        }
        let declaration = PlanDeclaration(
            trigger: .height, height: plan.height, info: plan.info.isEmpty ? nil : plan.info)
        do throws(PlanBookError) {
            try book.replace(
                entry, with: PlanEntry(name: plan.name, declaration: declaration), of: plan.name)
        } catch {
            report.warnings.append(
                .init(
                    file: file, what: "\"\(plan.name.text)\" could not be declared: \(error)",
                    remedy: "make \(home.planBook) writable, and restart"))
            return false
        }
        report.declared.append(plan)
        return true
    }
}

extension Home {
    /// The digest of the plan file that was taken over last.
    fileprivate var takenOver: String { own + "/taken-over" }
}
