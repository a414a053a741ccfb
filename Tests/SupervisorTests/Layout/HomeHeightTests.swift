import Testing

@testable import Supervisor

struct HomeHeightTests {
    private let temporary: TemporaryHome

    init() throws {
        temporary = try TemporaryHome()
        try temporary.makeFolder("data")
        try temporary.makeFolder("cosmovisor/.switchyard")
    }

    private var height: HomeHeight { HomeHeight(temporary.home) }

    @Test func `an empty home is untouched, and nothing is known of it`() throws {
        #expect(height.lowerBound == nil)
        #expect(height.isUntouched)
        try temporary.makeFolder("data/state.db")
        #expect(!height.isUntouched)
    }

    @Test func `the highest that anything tells counts`() throws {
        try temporary.write(#"{"height":"70"}"#, to: "data/priv_validator_state.json")
        #expect(height.lowerBound == 70)
        try temporary.write("90\n", to: "cosmovisor/.switchyard/height")
        #expect(height.lowerBound == 90)
        try temporary.write(#"{"height":"170"}"#, to: "data/priv_validator_state.json")
        #expect(height.lowerBound == 170)
    }

    @Test(arguments: [#"{"height":"0"}"#, #"{"height":"-5"}"#, #"{"height":"x"}"#, "{", "", "[]"])
    func `what signs nothing tells nothing`(state: String) throws {
        try temporary.write(state, to: "data/priv_validator_state.json")
        try temporary.write(state, to: "cosmovisor/.switchyard/height")
        #expect(height.lowerBound == nil)
    }
}
