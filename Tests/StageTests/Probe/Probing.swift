import CStageKernel
import Glibc
import StageMessages
import Testing

/// A program that tries one deed, run by itself or as a probe.
struct Probing {
    let workshop: Workshop
    /// The only folder that the probe may see.
    let folder: String
    let intruder: String

    static let isPossible = stagekernel_landlock_version() > 0 && Workshop.has("cc")

    init() throws {
        workshop = try Workshop()
        folder = try workshop.makeFolder("bin")
        intruder = folder + "/intruder"
        let source = Workshop.file("../Isolation/intruder.c")
        let said = Workshop.shell("cc -pthread -o '\(intruder)' '\(source)' 2>&1")
        try #require(said.isEmpty, "\(said)")
    }

    /// What the deed comes to where nothing is denied.
    func atLarge(_ deed: String, _ operand: String) -> String {
        Workshop.shell("'\(intruder)' \(deed) '\(operand)'").trimmed
    }

    /// What the deed comes to in a probe.
    func confined(_ deed: String, _ operand: String) throws -> String {
        try run(intruder, [deed, operand])
    }

    /// All that a program prints in a probe.
    func run(
        _ program: String, _ arguments: [String], environment: [String] = []
    ) throws -> String {
        let stage = try RunningStage(
            .probe(
                ProbeOrder(
                    program: program, arguments: arguments, folders: [folder],
                    environment: environment)))
        try #require(try stage.report() == .confined)
        return try stage.rest().trimmed
    }
}

extension String {
    fileprivate var trimmed: String {
        String(self[..<(lastIndex { $0 != "\n" }.map(index(after:)) ?? startIndex)])
    }
}
