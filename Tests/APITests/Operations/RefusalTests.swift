import Glibc
import Testing

@testable import API
@testable import Supervisor

/// Why an operation was not begun, and why one failed.
struct RefusalTests {
    private static let operation = Operation(
        id: EventID(journal: "k3f9", number: 1042), kind: .switch, plan: "v3",
        originator: .system, createdAt: moment, key: nil)

    @Test func `each refusal has its problem`() {
        let block = Block(.diskFull, reason: "no room", remedy: "make some")
        let problems: [(WishRefusal, String, HTTPStatus)] = [
            (.lifecycle(.held), "daemon-held", .conflict),
            (.lifecycle(.blocked(block)), "blocked", .conflict),
            (.lifecycle(.operationInProgress), "operation-in-progress", .conflict),
            (.lifecycle(.shuttingDown), "draining", .serviceUnavailable),
            (.operationInProgress(Self.operation), "operation-in-progress", .conflict),
            (.keyReused, "idempotency-key-reused", .unprocessableContent),
            (
                .holdNotKept(SystemError("write", code: ENOSPC)), "disk-reserve",
                .insufficientStorage
            ),
        ]
        for (refusal, slug, status) in problems {
            #expect(Problem(wish: refusal).slug == slug)
            #expect(Problem(wish: refusal).status == status)
        }
        let broken = Problem(wish: .holdNotKept(SystemError("write", code: EROFS)))
        #expect(broken.slug == nil && broken.status == .internalServerError)
    }

    @Test func `a block is told in its own words`() {
        let block = Block(.diskFull, reason: "no room", remedy: "make some")
        let problem = Problem(wish: .lifecycle(.blocked(block)))
        #expect(problem.detail == "no room" && problem.remedy == "make some")
    }

    @Test func `the operation that goes on is named`() {
        let problem = Problem(wish: .operationInProgress(Self.operation))
        #expect(problem.members["operation"] == .string("k3f9.1042"))
        #expect(
            problem.detail
                == "The switch of v3 that began at 2026-11-23T06:55:57.120Z has not ended.")
        let own = Problem(wish: .lifecycle(.operationInProgress))
        #expect(own.members["operation"] == .null)
    }

    @Test func `the checks that stand in the way of a switch are named`() {
        let check = PreflightCheck(
            .libraries, .fail, "libwasmvm.so not found", remedy: "Ship it in lib/ beside bin/.")
        let problem = Problem(wish: .notReady(check.reason, checks: [check]))
        #expect(problem.slug == "not-ready" && problem.detail == "Libwasmvm.so not found.")
        let members: [String: JSONValue] = [
            "id": .string("libraries"), "result": .string("fail"), "hard": .bool(true),
            "reason": .string("libwasmvm.so not found"),
            "remedy": .string("Ship it in lib/ beside bin/."),
        ]
        #expect(problem.members["checks"] == .array([.object(members)]))
    }

    @Test func `a failed operation carries a whole problem`() throws {
        var operation = Self.operation
        operation.state = .failed
        operation.failure = Operation.Failure(
            slug: "backup-failed", detail: "no room", remedy: "make some")
        let body = String(decoding: jsonBytes(of: OperationBody(operation)), as: UTF8.self)
        #expect(
            body.contains(
                #""problem":{"detail":"no room","instance":"/v1/operations/k3f9.1042","#
                    + #""remedy":"make some","status":500,"title":"The backup failed","#
                    + #""type":"/problems/backup-failed"}"#))
        #expect(body.contains(#""cancellable":false"#))
    }

    @Test func `a failure of another version is told all the same`() {
        let problem = Problem(
            Operation.Failure(slug: "unheard-of", detail: "so it was", remedy: "look"))
        #expect(problem.slug == nil && problem.detail == "so it was")
        #expect(problem.status == .internalServerError)
    }

    @Test func `a switch can be cancelled until the link is moved`() {
        var operation = Self.operation
        for step in UpgradeStep.allCases {
            operation.step = step
            #expect(operation.isCancellable == (step != .switch && step != .start))
        }
        operation.step = nil
        #expect(operation.isCancellable)
        operation.state = .cancelled
        #expect(!operation.isCancellable)
    }

    @Test func `progress and reason are kept in the history`() {
        var operation = Self.operation
        operation.progress = .init(done: 12, total: nil, unit: .files)
        operation.reason = "now"
        #expect(Operation(json: operation.json) == operation)
    }
}
