import Testing

/// Halt heights that an operator has set, beside a plan by height, in the three ways in which
/// versions of the SDK keep them.
struct HaltHeightTests {
    private static let sdks = ["0.47.5", "0.50.9", "0.50.13"]

    /// Where the daemon looks for its halt height, in its order.
    enum HaltSource: CaseIterable {
        case flag, environment, file
    }

    /// The first source says `height`, those after it something higher.
    private func start(_ node: TestNode, halting height: Int, by source: HaltSource) throws {
        try node.write(
            "halt-height = \(source == .file ? height : 600)\n", to: "config/app.toml")
        let environment = "\(source == .environment ? height : 500)"
        try node.start(
            source == .file ? [:] : ["SIMD_HALT_HEIGHT": environment],
            arguments: source == .flag ? ["--halt-height=\(height)"] : [])
    }

    @Test(arguments: sdks, HaltSource.allCases)
    func `an operator's own halt height is honoured, and the conflict told`(
        sdk: String, source: HaltSource
    ) async throws {
        let node = try TestNode.byHeight(100, sdk: sdk, chain: ["block_time": "100"])
        try start(node, halting: 8, by: source)
        let words =
            switch source {
            case .flag: "conflict: --halt-height=8"
            case .environment: "conflict: the environment's halt height 8"
            case .file: "conflict: halt-height = 8 in app.toml"
            }
        // The log, for up to 0.47 the supervisor soon ends with its node.
        try await eventually("the conflict is told\n\(node.log)") { node.log.contains(words) }
        try await eventually("it halts there\n\(node.log)") {
            sdk == "0.47.5" ? node.ledger.has("end") : node.halted(at: 8)
        }
        let end = try #require(node.ledger.lines.first { ["end", "halt"].contains($0.event) })
        let blocks = node.ledger.all("block").filter { $0.time < end.time }
        #expect(blocks.last?.details == (sdk == "0.50.13" ? "7" : "8"))
        #expect(try await node.stop() == 0)
        #expect(!node.ledger.has("start", version: "v2"))
        #expect(node.ledger.violations == [])
    }

    @Test(arguments: sdks, [HaltSource.environment, .file])
    func `an operator's later halt height gives way to the plan's`(
        sdk: String, source: HaltSource
    ) async throws {
        let node = try TestNode.byHeight(12, sdk: sdk)
        try start(node, halting: 400, by: source)
        try await node.isUpgraded(at: 12)
        #expect(node.ledger.starts == ["v1", "v2"])
    }
}
