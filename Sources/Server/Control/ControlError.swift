import Glibc
import Supervisor

/// Why a supervisor did not do what a command asked of it.
enum ControlError: Error, Equatable {
    /// No listener of the configuration is one that a command may use.
    case noSocket(listen: [String])
    /// Nobody listens there.
    case notRunning(socket: String)
    case forbidden(socket: String)
    /// Who listens there is neither root, nor we, nor the owner of the home.
    case stranger(socket: String, uid: uid_t)
    case unreachable(socket: String, SystemError)
    case noAnswer(socket: String, ClientError)
    /// An answer that is none of this API's.
    case misunderstood(socket: String)
    case problem(ProblemView)

    /// 69 is EX_UNAVAILABLE of sysexits.h: another try may find a supervisor, while a refusal stays
    /// what it is.
    var exitCode: Int32 {
        if case .problem = self { 1 } else { 69 }
    }

    /// What is wrong and, in a line of its own, what to do about it; safe to print.
    ///
    /// - Parameter plan: what was asked about, if it was one plan.
    func lines(about plan: String? = nil) -> [String] {
        switch self {
        case .noSocket(let listen):
            [
                "SWITCHYARD_LISTEN names no socket of this host's users: "
                    + quoted(listen.joined(separator: ",")),
                "Set it to what the supervisor has, with a unix:<path> without ?auth=token in it; "
                    + "of a .socket unit, to unix: and its ListenStream=.",
            ]
        case .notRunning(let socket):
            [
                "no supervisor answers at \(quoted(socket))",
                "Start it, by `systemctl start` of its unit or `switchyard run start`; if it runs, "
                    + "set SWITCHYARD_LISTEN here to what it has there.",
            ]
        case .forbidden(let socket):
            [
                "\(quoted(socket)) is closed to this user",
                "Call as root, as the node's user (`sudo -u`), or as a member of "
                    + "SWITCHYARD_API_GROUP.",
            ]
        case .stranger(let socket, let uid):
            [
                "\(quoted(socket)) is a socket of uid \(uid), which is neither root, nor this user, "
                    + "nor the owner of DAEMON_HOME: nothing was asked of it",
                "Find out who made it, and remove it; or set DAEMON_HOME and SWITCHYARD_LISTEN to "
                    + "what the supervisor has.",
            ]
        case .unreachable(let socket, let error):
            ["\(quoted(socket)) cannot be reached: \(escaped("\(error)"))"]
        case .noAnswer(let socket, let error):
            [
                "the supervisor at \(quoted(socket)) gave no answer: \(error)",
                "Try again; its log says whether it stopped or hangs.",
            ]
        case .misunderstood(let socket):
            [
                "the answer at \(quoted(socket)) is none of a supervisor of this version",
                "Restart the supervisor, so that it runs what is installed.",
            ]
        case .problem(let problem): problem.lines(about: plan)
        }
    }
}

/// `Problem` as a command reads it.
struct ProblemView: Decodable, Equatable, Sendable {
    let type: String?
    let title: String
    let status: Int
    let detail: String?
    let remedy: String?
    /// Of what goes on already.
    let operation: String?

    /// All places are taken, and another try may find one.
    var isTooMany: Bool { status == 503 }

    /// The id of the operation that goes on instead, if the supervisor tells of one.
    var runningOperation: String? {
        type == "/problems/operation-in-progress" ? operation : nil
    }

    /// What went wrong, and what helps; safe to print.
    func lines(about plan: String?) -> [String] {
        let subject = plan.map { "\($0): " } ?? ""
        let what = detail ?? title
        return [escaped(subject + what)] + (remedy.map { [escaped($0)] } ?? [])
    }
}
