import Testing

@testable import Supervisor

/// When the API steps back for the node.
struct StartingTests {
    @Test func `the way from one daemon to the next is a start, a backup is not`() throws {
        let samples = try PhaseSamples()
        let starting = samples.byShape.filter { $0.value.phase.isStarting }.keys
        for shape in samples.byShape.keys {
            let leads = shape.contains("then launch") || shape.contains("then unless due")
            let isShort = !shape.contains("(backup)") && !shape.contains("(hooks)")
            let isStop = shape.hasPrefix("stopping") || shape.hasPrefix("killing")
            if isStop || shape.hasPrefix("lingering") {
                #expect(!starting.contains(shape) || leads, "\(shape)")
            } else if shape.hasPrefix("upgrading") {
                #expect(starting.contains(shape) == isShort, "\(shape)")
            } else {
                #expect(starting.contains(shape) == shape.hasPrefix("launching"), "\(shape)")
            }
        }
        #expect(starting.contains("stopping then launch"))
    }
}
