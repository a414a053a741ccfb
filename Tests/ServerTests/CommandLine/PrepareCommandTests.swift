import FoundationEssentials
import Supervisor
import Testing

@testable import Server

struct PrepareCommandTests {
    private func operation(_ done: Int64, of total: String = "102760448") throws -> OperationView {
        let text = """
            {"id":"a.1","kind":"prepare","plan":"v3","state":"running","step":null,"result":null,
            "problem":null,"progress":{"done":\(done),"total":\(total),"unit":"bytes"}}
            """
        return try JSONDecoder().decode(OperationView.self, from: Data(text.utf8))
    }

    @Test func `progress is told in MiB, with the speed since the last look`() throws {
        var display = ProgressDisplay(plan: "v3")
        let now = Instant.now
        #expect(try display.line(operation(0), at: now) == "v3: 0.0 of 98 MiB")
        #expect(
            try display.line(operation(42_991_616), at: now + .seconds(4))
                == "v3: 41 of 98 MiB (10 MiB/s)")
        #expect(
            try display.line(operation(44_000_000), at: now + .seconds(4)) == "v3: 41 of 98 MiB")
        // Another try begins anew.
        #expect(
            try display.line(operation(1 << 20), at: now + .seconds(5)) == "v3: 1.0 of 98 MiB")
        #expect(
            try display.line(operation(3 << 20, of: "null"), at: now + .seconds(6))
                == "v3: 3.0 MiB (2.0 MiB/s)")
    }

    @Test func `numbers that cannot be are shown and do no harm`() throws {
        var display = ProgressDisplay(plan: "v3")
        let now = Instant.now
        #expect(try display.line(operation(.min), at: now).hasPrefix("v3: -"))
        #expect(try display.line(operation(.max), at: now + .nanoseconds(1)).hasPrefix("v3: 8"))
    }

    @Test func `what is held may be pinned, as its plan is declared`() throws {
        let text = """
            {"name":"it's","origin":"chain","trigger":"chain","height":12,"state":"pending","info":null,
            "binary":{"state":"held","sha256":"5f70","trust":"none"}}
            """
        let plan = try JSONDecoder().decode(PlanView.self, from: Data(text.utf8))
        #expect(plan.binary.line == "held, sha256 5f70, trust none")
        let advice = PinningAdvice(
            plan: plan.name, declared: plan, sha256: "5f70", socket: "/it's/s")
        #expect(advice.text.contains(" --unix-socket '/it'\\''s/s' "))
        #expect(advice.text.contains(" 'http://localhost/v1/plans/it%27s' "))
        #expect(
            advice.text.contains(
                #" -d '{"trigger":"chain","height":12,"expected_sha256":"5f70"}'"#))
        #expect(!advice.text.contains("or it is gone"))
        let other = text.replacing("\"chain\"", with: "\"operator\"")
            .replacing("\"info\":null", with: "\"info\":{\"form\":\"text\"}")
        let own = try JSONDecoder().decode(PlanView.self, from: Data(other.utf8))
        #expect(
            PinningAdvice(plan: "v3", declared: own, sha256: "5f70", socket: "/s").text
                .contains("Send the plan's info along, or it is gone."))
        let unknown = PinningAdvice(plan: "v3", declared: nil, sha256: "5f70", socket: "/s")
        #expect(
            unknown.text.contains(
                #" -d '{"trigger":"manual","height":null,"expected_sha256":"5f70"}'"#))
    }

    @Test(arguments: [
        ("v3", "/v1/plans/v3"), ("a/b", "/v1/plans/a%2Fb"), (".", "/v1/plans/%2E"),
        ("50% é?#", "/v1/plans/50%25%20%C3%A9%3F%23"),
    ])
    func `a name is one segment of a path`(name: String, path: String) {
        #expect(ControlClient.path(ofPlan: name) == path)
    }
}
