@testable import Supervisor

/// A folder for one test's plan file.
struct PlanFolder {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
    }

    var path: String { home.path }
    /// `data/upgrade-info.json`, so to say.
    var file: String { home["upgrade-info.json"] }

    /// As the chain writes it: truncated in place, then written.
    func write(_ text: String, to name: String = "upgrade-info.json") throws {
        try home.write(text, to: name, mode: 0o600)
    }

    func look() -> PlanFile { PlanFile(at: file, case: .lowered) }
}
