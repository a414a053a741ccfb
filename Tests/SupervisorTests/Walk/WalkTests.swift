import FoundationEssentials
import Testing

@testable import Supervisor

/// Random lives, over a million steps of them; `SWITCHYARD_WALK_SEED` walks one again, and
/// `SWITCHYARD_WALK_STEPS` sets how far each of the four goes.
struct WalkTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let steps =
        environment["SWITCHYARD_WALK_STEPS"].flatMap(Int.init) ?? 300_000
    private static let seeds: [UInt64] =
        environment["SWITCHYARD_WALK_SEED"].flatMap(UInt64.init).map { [$0] }
        ?? (0..<4).map { _ in .random(in: .min ... .max) }

    @Test(arguments: seeds)
    func `no walk of random answers, stray answers and commands leads to a sin`(seed: UInt64)
        throws
    {
        var walk = try Walk(seed: seed)
        let sin = walk.walk(Self.steps)
        #expect(sin == nil, "SWITCHYARD_WALK_SEED=\(seed)")
        guard Self.steps >= 10_000 else { return }
        for phase in Status.PhaseName.allCases {
            let visits = walk.visits[phase, default: 0]
            #expect(visits > Self.steps / 500, "\(phase); SWITCHYARD_WALK_SEED=\(seed)")
        }
    }
}
