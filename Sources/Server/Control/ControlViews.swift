import Supervisor

/// A list of the API as a command reads it.
struct ListView<Item: Decodable & Sendable>: Decodable, Sendable {
    let items: [Item]
}

/// `Plan` as a command reads it.
struct PlanView: Decodable, Sendable {
    let name: String
    let origin: String
    let trigger: String
    let height: Height?
    let info: Info?
    let state: String
    let binary: BinaryView

    struct Info: Decodable, Sendable {
        let form: String
    }

    /// An operator's info, which the next declaration replaces too.
    var hasInfoToRepeat: Bool { origin == "operator" && info != nil }

    /// Its binary may still have to run.
    var isToCome: Bool { ["pending", "due", "blocked"].contains(state) }
}

/// `Binary` as a command reads it.
struct BinaryView: Decodable, Sendable {
    let state: String
    let sha256: String?
    let trust: String?
}

/// As much of `Status` as a command reads.
struct NextView: Decodable, Sendable {
    let next: Plan?

    struct Plan: Decodable, Sendable {
        let plan: String
        let height: Height?
    }
}

/// `Preflight` as a command reads it.
struct PreflightView: Decodable, Sendable {
    let plan: String
    let verdict: Result
    let evaluatedAt: String?
    let subjectSHA256: String?
    let checks: [Check]

    struct Check: Decodable, Sendable {
        let id: String
        let result: Result
        let reason: String
        let remedy: String?
    }

    /// How a check ended; a word of another version counts as unknown.
    enum Result: String, Decodable, Sendable {
        case pass, warn, fail, unknown

        init(from decoder: any Decoder) throws {
            let word = try decoder.singleValueContainer().decode(String.self)
            self = Result(rawValue: word) ?? .unknown
        }

        var exitCode: Int32 {
            switch self {
            case .pass, .warn: 0
            case .fail, .unknown: 1
            }
        }
    }

    enum CodingKeys: String, CodingKey {
        case plan, verdict, checks
        case evaluatedAt = "evaluated_at"
        case subjectSHA256 = "subject_sha256"
    }

    /// Speaks of the very binary that the plan has now.
    func isSettled(for plan: PlanView) -> Bool {
        guard evaluatedAt != nil else { return false }
        return plan.binary.state != "staged" || plan.binary.sha256 == subjectSHA256
    }
}

/// `Operation` as a command reads it.
struct OperationView: Decodable, Sendable {
    let id: String
    let kind: String
    let plan: String?
    let state: String
    let step: String?
    let progress: Progress?
    let result: BinaryView?
    let problem: ProblemView?

    struct Progress: Decodable, Sendable, Equatable {
        let done: Int64
        let total: Int64?
        let unit: String
    }

    var isRunning: Bool { state == "running" }
    var path: String { Self.path(of: id) }

    static func path(of id: String) -> String { "/v1/operations/" + id }
}
