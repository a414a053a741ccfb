import FoundationEssentials
import Testing

@testable import API
@testable import Supervisor

struct ProblemTests {
    /// The contract's list, by status.
    private static let contract: [Int: String] = [
        400: "malformed-json invalid-digest-field inconsistent-upload-length",
        401: "unauthenticated invalid-token",
        403: "insufficient-scope origin-refused proxy-on-peer-socket local-only peer-refused",
        421: "host-refused",
        404: "plan-unknown operation-unknown backup-unknown upload-unknown check-unknown",
        409: "operation-in-progress plan-conflict plan-in-use plan-not-due not-ready "
            + "digest-mismatch daemon-held daemon-running blocked upload-in-progress "
            + "not-cancellable past-commit-horizon sign-state-would-regress "
            + "mismatching-upload-offset",
        412: "precondition-failed",
        428: "precondition-required",
        422: "invalid-request invalid-name idempotency-key-reused content-mismatch "
            + "binary-rejected source-refused",
        503: "draining too-many-streams too-many-uploads",
        507: "disk-reserve",
        500: "interrupted fetch-failed unpack-refused trust-refused backup-failed hook-failed "
            + "pre-upgrade-failed start-failed helper-crashed",
    ]

    @Test func `the table holds the contract's list, no more and no less`() {
        var listed: [Int: Set<String>] = [:]
        for type in ProblemType.all { listed[type.status.rawValue, default: []].insert(type.slug) }
        let expected = Self.contract.mapValues { Set($0.split(separator: " ").map(String.init)) }
        #expect(listed == expected)
        #expect(Set(ProblemType.all.map(\.slug)).count == ProblemType.all.count)
    }

    @Test func `every type is explained in whole sentences`() {
        for type in ProblemType.all {
            #expect(!type.title.isEmpty && !type.title.hasSuffix("."), "\(type.slug)")
            #expect(type.meaning.hasSuffix("."), "\(type.slug)")
            #expect(type.remedy.hasSuffix(".") && !type.remedy.contains(". "), "\(type.slug)")
        }
    }

    @Test func `registered types have IANA's own URI`() {
        let foreign = ProblemType.all.filter { !$0.uri.hasPrefix("/problems/") }
        #expect(
            Set(foreign.map(\.uri)) == [
                "https://iana.org/assignments/http-problem-types#mismatching-upload-offset",
                "https://iana.org/assignments/http-problem-types#inconsistent-upload-length",
            ])
    }

    @Test func `a problem says what its type says, unless it knows better`() {
        let problem = Problem(.planUnknown)
        #expect(problem.remedy == ProblemType.planUnknown.remedy)
        #expect(problem.status == .notFound)
        #expect(Problem(.planUnknown, remedy: "Look again.").remedy == "Look again.")
        #expect(
            problem.response(for: "/v1/plans/x").text.contains(#""type":"/problems/plan-unknown""#))
    }
}
