import Testing

@testable import API
@testable import Supervisor

/// Plans as they are declared.
struct PlanRequestTests {
    private func errors(_ text: String) -> [String] {
        do throws(Problem) {
            _ = try PlanRequest(Array(text.utf8))
            return []
        } catch {
            guard case .array(let list)? = error.members["errors"] else { return ["\(error)"] }
            return list.map {
                "\($0["pointer"]?.string ?? "?") \($0["detail"]?.string ?? "?")"
            }
        }
    }

    @Test func `what is left out is null`() throws {
        let declaration = try PlanRequest(Array(#"{"trigger":"manual"}"#.utf8)).declaration
        #expect(
            declaration.isSame(as: PlanDeclaration(trigger: .manual, height: nil)))
    }

    @Test(arguments: [
        (#"{}"#, ["/trigger is required"]),
        (#"{"trigger":null}"#, ["/trigger is required"]),
        (#"{"trigger":"now"}"#, [#"/trigger must be one of "chain", "height", "manual", or null"#]),
        (#"{"trigger":"height"}"#, [#"/height is required for the trigger "height""#]),
        (#"{"trigger":"chain"}"#, [#"/height is required for the trigger "chain""#]),
        (#"{"trigger":"manual","height":7}"#, ["/height must be null for a manual plan"]),
        (#"{"trigger":"height","height":0}"#, ["/height must be an integer from 1, or null"]),
        (
            #"{"trigger":"manual","sha256":"00"}"#, ["/sha256 is not known"]
        ),
    ])
    func `what does not fit is told`(text: String, expected: [String]) {
        #expect(errors(text) == expected)
    }

    @Test func `an info of more than 16 KiB is refused`() {
        let info = String(repeating: "x", count: 16 * 1024)
        #expect(errors("{\"trigger\":\"manual\",\"info\":\"\(info)\"}").isEmpty)
        #expect(errors("{\"trigger\":\"manual\",\"info\":\"\(info)x\"}").count == 1)
    }
}
