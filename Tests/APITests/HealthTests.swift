import FoundationEssentials
import Testing

@testable import API
@testable import Supervisor

struct HealthTests {
    private static let verbose = [Target.Parameter(name: "verbose", value: "")]

    private static func router(_ change: (inout Status) -> Void = { _ in }) -> Router {
        var status = Status.full
        change(&status)
        return Router(board: StatusBoard(status))
    }

    @Test func `livez follows the control loop's beat`() async throws {
        let board = StatusBoard(.bare)
        let router = Router(board: board)
        let alive = try await router.get("/livez", as: .anonymous)
        #expect(alive.status == .ok)
        #expect(alive.text == "ok")
        board.beat(.watcher, at: .now - .seconds(11))
        let hung = try await router.get("/livez", as: .anonymous)
        #expect(hung.status == .serviceUnavailable)
        #expect(
            hung.text
                == "[-]control_loop failed: reason withheld\n[+]api ok\nlivez check failed\n")
    }

    @Test func `livez tells of an API that had to be replaced`() async throws {
        let board = StatusBoard(.bare)
        board.countReplacedAPI()
        let alive = try await Router(board: board).get("/livez", query: Self.verbose)
        #expect(
            alive.text
                == "[+]control_loop ok\n[+]api ok, hung and replaced: 1\nlivez check passed\n")
    }

    @Test func `readyz passes in Kubernetes' form`() async throws {
        let router = Self.router()
        #expect(try await router.get("/readyz").text == "ok")
        #expect(
            try await router.get("/readyz", query: Self.verbose).text
                == "[+]control_loop ok\n[+]daemon ok\n[+]not_blocked ok\nreadyz check passed\n")
    }

    @Test func `readyz fails without a daemon and gives the reason to readers only`() async throws {
        let router = Self.router { status in
            status.daemon?.pid = nil
            status.phase.reason = "waits for the height"
        }
        let told = try await router.get("/readyz")
        #expect(told.status == .serviceUnavailable)
        #expect(told.text.contains("[-]daemon failed: waits for the height\n"))
        #expect(told.text.hasSuffix("readyz check failed\n"))
        let withheld = try await router.get("/readyz", query: Self.verbose, as: .anonymous)
        #expect(withheld.status == .serviceUnavailable)
        #expect(withheld.text.contains("[-]daemon failed: reason withheld\n"))
        #expect(!withheld.text.contains("waits"))
    }

    @Test func `a reason code makes the node unready while it runs`() async throws {
        let router = Self.router { $0.phase.reasonCode = .binaryRejected }
        let answer = try await router.get("/readyz")
        #expect(answer.status == .serviceUnavailable)
        #expect(answer.text.contains("[-]not_blocked failed"))
    }

    @Test func `a check can be left out of the sum`() async throws {
        let router = Self.router { $0.daemon = nil }
        let query = [Target.Parameter(name: "exclude", value: "daemon")] + Self.verbose
        let answer = try await router.get("/readyz", query: query)
        #expect(answer.status == .ok)
        #expect(answer.text.contains("[+]daemon excluded: ok\n"))
    }

    @Test func `checks are addressable, and plan and synced are outside of the sum`() async throws {
        let router = Self.router { status in
            status.tell(.v3(.fail, of: .binaryPresent))
            status.next?.expectedAt = .now + 3600
            status.height?.catchingUp = true
        }
        #expect(try await router.get("/readyz").status == .ok)
        #expect(try await router.get("/readyz/daemon").status == .ok)
        #expect(try await router.get("/readyz/plan").status == .serviceUnavailable)
        #expect(try await router.get("/readyz/synced").status == .serviceUnavailable)
        let unknown = try await router.get("/readyz/etcd")
        #expect(unknown.status == .notFound)
        #expect(unknown.text.contains(#""type":"/problems/check-unknown""#))
    }

    @Test(arguments: [
        (PreflightResult.pass, PreflightCheck.ID.libraries, true), (.warn, .libraries, true),
        (.unknown, .version, true), (.unknown, .libraries, false), (.fail, .libraries, false),
        (.fail, .backup, false),
    ])
    func `the node is ready for a plan whose preflight passes or warns`(
        _ result: PreflightResult, _ id: PreflightCheck.ID, _ isReady: Bool
    ) async throws {
        let router = Self.router { $0.tell(.v3(result, of: id)) }
        let told = try await router.get("/readyz/plan")
        #expect(told.status == (isReady ? .ok : .serviceUnavailable))
        #expect(isReady || told.text.contains("\(id.rawValue): so it is"))
        let withheld = try await router.get("/readyz/plan", as: .anonymous)
        #expect(!withheld.text.contains("so it is"))
        let unseen = Self.router { $0.tell(nil) }
        #expect(try await unseen.get("/readyz/plan").status == .serviceUnavailable)
    }

    @Test func `a plan beyond the horizon, or none, is no reason to be unready`() async throws {
        let far = Self.router { status in
            status.tell(.v3(.fail, of: .binaryPresent))
            status.next?.expectedAt = .now + 100 * 3600
        }
        #expect(try await far.get("/readyz/plan").status == .ok)
        let none = Self.router { $0.next = nil }
        #expect(try await none.get("/readyz/plan").status == .ok)
        #expect(try await none.get("/readyz/synced").status == .ok)
    }
}
