import FoundationEssentials
import Logging
import Testing

@testable import API
@testable import Supervisor

/// 2026-11-23T06:55:57.120Z.
let moment = Date(timeIntervalSince1970: 1_795_416_957.120)

extension Status {
    /// Nothing is known but that the supervisor runs.
    static var bare: Status {
        Status(
            instance: "k3f9",
            supervisor: SupervisorFacts(
                version: "1.0.0", pid: 812, startedAt: moment, resumed: .fresh, watchdog: true),
            phase: PhaseFacts(name: .idle, since: moment), plans: [])
    }

    /// The example of the contract: a node on its way to `v3`.
    static var full: Status {
        var status = bare
        status.phase = PhaseFacts(name: .running, since: moment)
        status.hold = Hold(since: moment, actor: "root", reason: "moving")
        status.daemon = DaemonFacts(
            pid: 901, startedAt: moment, adopted: false, restarts: 1,
            exits: [
                ExitFacts(
                    at: moment, pid: 877, exit: .signal(15), expected: true,
                    uptime: .milliseconds(86_400_200)),
                ExitFacts(
                    at: moment, pid: 878, exit: .code(2), expected: false, uptime: .seconds(1)),
                ExitFacts(
                    at: moment, pid: 879, exit: .unknown, expected: false, uptime: nil),
            ])
        status.height = HeightFacts(
            value: 1_199_950, source: .rpc, observedAt: moment, catchingUp: false)
        status.current = ReleaseFacts(
            plan: "v2", directory: "upgrades/v2", sha256: "5f70", appliedAt: moment,
            provisional: false)
        status.previous = ReleaseFacts(
            plan: nil, directory: "genesis", sha256: nil, appliedAt: nil, provisional: false)
        status.next = NextPlan(
            plan: "v3", height: 1_200_000, blocksLeft: 50, expectedAt: moment)
        status.plans = [.v3]
        status.tell(.v3)
        return status
    }

    /// Makes the preflight that of the next plan.
    mutating func tell(_ preflight: Preflight?) {
        preflights = preflight.map { [plans[0].directory: $0] } ?? [:]
        plans[0].verdict = preflight?.verdict
        next?.verdict = preflight?.verdict
    }
}

extension Preflight {
    /// All is well but for the version, which nobody has asked for, and what is given.
    static func v3(
        _ result: PreflightResult = .warn, of id: PreflightCheck.ID = .version
    ) -> Preflight {
        Preflight(
            plan: "v3", evaluatedAt: moment, subjectSHA256: String(repeating: "0f", count: 32),
            checks: PreflightCheck.ID.allCases.map { each in
                each == id
                    ? PreflightCheck(each, result, "so it is", remedy: "Mend it.")
                    : PreflightCheck(each, .pass, "all is well")
            })
    }

    static var v3: Preflight { v3() }
}

extension PlanFacts {
    static var v3: PlanFacts {
        PlanFacts(
            name: "v3", directory: "upgrades/v3", origin: .chain, trigger: .chain,
            height: 1_200_000, info: nil, state: .pending, reasonCode: .beforeHeight,
            reason: "height 1199950, plan is for 1200000",
            binary: BinaryFacts(
                state: .staged, sha256: "5f70", size: 98_304_000, files: 1, trust: .handPlaced,
                stagedAt: moment),
            createdAt: moment, appliedAt: nil)
    }
}

extension Router {
    /// Of a node that was never begun: what its board shows is all there is.
    init(
        board: StatusBoard, http: HTTPCounters = HTTPCounters(), settings: [Setting] = [],
        opensMetrics: Bool = false
    ) {
        self.init(
            node: NodeSupervisor.unbegun(board), http: http, settings: settings,
            opensMetrics: opensMetrics)
    }

    /// Asks by value.
    func get(
        _ path: String, query: [Target.Parameter] = [], as caller: Caller = .peer(uid: 0),
        method: API.Method = .get, headers: Headers = [:]
    ) async throws -> Response {
        let target = Target(
            path: path,
            segments: path.split(separator: "/", omittingEmptySubsequences: false)
                .dropFirst().map(String.init),
            query: query)
        let request = Request(
            method: method, target: target, headers: headers, caller: caller)
        do throws(Problem) {
            return await (try admit(request)).respond()
        } catch {
            return error.response(for: path)
        }
    }
}

extension Response {
    var text: String {
        switch body {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .none, .stream: ""
        }
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension NodeSupervisor {
    private static let pool = try? BlockingPool(threads: 1)

    /// In a home that does not exist, on a loop that does not turn.
    static func unbegun(_ board: StatusBoard) -> NodeSupervisor {
        guard let loop = try? EventLoop(name: "test-control"),
            let pool
        else { preconditionFailure("no descriptors to be had") }
        return NodeSupervisor(
            setup: Setup(
                home: Home(path: "/nonexistent", daemonName: "simd"), arguments: ["start"],
                environment: [], version: "test"),
            board: board, loop: loop, pool: pool,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
