import Testing

/// Who tells what can hurt, through the real executable.
struct ToldConcernsTests {
    private let home: TemporaryHome

    init() throws {
        home = try TemporaryHome()
        try home.makeFolder("cosmovisor")
    }

    @Test func `init tells all of it in its log`() throws {
        let more = [
            "SWITCHYARD_API_GROUP": "no such group", "SWITCHYARD_LISTEN": "tcp:192.0.2.1:1",
        ]
        let result = try SwitchyardProcess(
            ["init", "/bin/sh"], environment: home.environment.merging(more) { $1 })
        #expect(result.code == 0)
        #expect(result.output.split(separator: "\n").count { $0.contains(" WRN ") } == 2)
        #expect(result.output.contains(" WRN SWITCHYARD_API_GROUP: there is no group "))
    }

    @Test func `config tells all of it beside the listing`() throws {
        let more = ["DAEMON_POLL_INTERVAL": "1ms", "COSMOVISOR_CUSTOM_PREUPGRADE": "pre.sh"]
        let result = try SwitchyardProcess(
            ["config"], environment: home.environment.merging(more) { $1 })
        #expect(result.code == 0)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("Warning: ") })
    }
}
