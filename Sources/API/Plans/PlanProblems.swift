import Glibc
import Supervisor

extension Problem {
    static let planUnknown = Problem(.planUnknown)

    /// It changed each time it was looked at.
    static let planChanging = Problem(
        .preconditionFailed, detail: "The plan changes faster than the request can be decided.",
        remedy: "Send the request again.")

    init(plan refusal: PlanRefusal) {
        switch refusal {
        case .changed: self = .planChanging
        case .conflict(let existing, let why):
            self.init(
                .planConflict, detail: why.asSentence,
                members: ["existing": .string(existing)])
        case .inUse(let plan):
            self.init(
                .planInUse,
                detail: "\"\(plan.name)\" is \(plan.state.rawValue): \(plan.reason).")
        case .unknown:
            self.init(
                .planUnknown,
                detail: "Nobody has declared the plan; there is at most a folder of its name.",
                remedy: "To remove its binary, send DELETE to the plan's binary.")
        case .notWritten(let error): self.init(notWritten: error)
        }
    }

    /// Something could not be made durable; nothing has changed.
    init(notWritten error: SystemError) {
        let isFull = error.code == ENOSPC || error.code == EDQUOT
        if isFull {
            self.init(.diskReserve, detail: "It could not be written down: \(error).")
        } else {
            self = .http(
                .internalServerError, detail: "It could not be written down: \(error).",
                remedy: "Make the home's cosmovisor/.switchyard writable for the supervisor, then "
                    + "try again.")
        }
    }

    init(_ error: PlanNameError) {
        self.init(.invalidName, detail: "\(error)".asSentence)
    }
}

extension Call {
    /// The name in the path.
    func planName(on node: NodeSupervisor) throws(Problem) -> PlanName {
        do throws(PlanNameError) {
            return try node.planName(parameters["name"] ?? "")
        } catch {
            throw Problem(error)
        }
    }

    /// Who asks; routes that need a scope are only reached by somebody.
    var originator: Originator {
        guard let originator = request.caller.originator else {
            preconditionFailure("a route with a scope was reached by nobody")
        }
        return originator
    }
}

extension PlanName {
    /// Two spellings of one folder are one plan, which is known by the first.
    func checkSpelling(of plan: PlanFacts) throws(Problem) {
        guard plan.origin != .layout, plan.name != text else { return }
        throw Problem(
            .planConflict, detail: "The same plan is known as \"\(plan.name)\".",
            members: ["existing": .string(plan.name)])
    }
}

extension Originator {
    /// For people who read of tokens and users alike.
    var named: String { kind == .token ? "token \(name)" : name }
}

extension String {
    /// A clause as a sentence: a capital letter first, a full stop last.
    var asSentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
