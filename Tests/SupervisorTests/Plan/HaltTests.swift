import Testing

@testable import Supervisor

struct HaltTests {
    @Test(arguments: [
        ("v0.45.16", HaltStyle.afterCommit), ("0.46.15", .afterCommit), ("v0.47.5", .afterCommit),
        ("v0.47.5-v25-osmo-1", .afterCommit),
        ("v0.47.18-0.20240101000000-abcdefabcdef", .afterCommit),
        ("v0.50.0", .beforeNext), ("v0.50.9", .beforeNext), ("v0.50.9-rc.0", .beforeNext),
        ("v0.50.10", .beforeBlock), ("v0.50.13-evm", .beforeBlock), ("v0.53.0-rc.2", .beforeBlock),
        ("0.53.3+incompatible", .beforeBlock),
    ])
    func `a version of the SDK tells how its daemons halt`(_ text: String, _ style: HaltStyle) {
        #expect(SDKVersion(text)?.haltStyle == style)
        #expect(SDKVersion(text)?.description == text)
    }

    @Test(arguments: [
        // A commit on the way to 0.50.10 may have either way.
        "v0.50.10-0.20240801000000-abcdefabcdef", "v0.50.10-rc.0", "v0.39.3", "v1.0.0",
    ])
    func `of other versions that is not sure`(_ text: String) {
        #expect(SDKVersion(text) != nil)
        #expect(SDKVersion(text)?.haltStyle == nil)
    }

    @Test(arguments: [
        "", "v", "(devel)", "0.47", "0.47.5.1", "0.-1.5", "0.47.x", "99999999999999999999.1.1",
        "0..5", "v0.47.５",
    ])
    func `what is no version is none`(_ text: String) {
        #expect(SDKVersion(text) == nil)
    }

    @Test func `the setting leaves the plan's block to the next binary`() {
        #expect(HaltStyle.afterCommit.setting(for: 100) == 99)
        #expect(HaltStyle.beforeNext.setting(for: 100) == 99)
        #expect(HaltStyle.beforeBlock.setting(for: 100) == 100)
    }

    @Test(arguments: [
        ("/home/.gaia/cosmovisor/genesis/bin/gaiad", "GAIAD_HALT_HEIGHT"),
        ("neutron-1.2d", "NEUTRON_1_2D_HALT_HEIGHT"), ("simd_x", "SIMD_X_HALT_HEIGHT"),
    ])
    func `the variable has the name of the executable`(_ path: String, _ name: String) {
        #expect(DaemonVariable.name("HALT_HEIGHT", ofBinary: path) == name)
    }

    private static func operators(
        _ arguments: [String] = [], _ environment: [String] = [], app: String? = nil
    ) -> OperatorsHalt {
        OperatorsHalt(
            arguments: ["start"] + arguments, environment: environment,
            variable: "SIMD_HALT_HEIGHT", file: app)
    }

    @Test func `a flag wins over the environment, and that over the file`() {
        let app = "30"
        let all = Self.operators(["--halt-height=10"], ["SIMD_HALT_HEIGHT=20"], app: app)
        #expect(all.effective == HaltSetting(height: 10, source: .flag))
        let two = Self.operators([], ["SIMD_HALT_HEIGHT=20", "X=1"], app: app)
        #expect(two.effective == HaltSetting(height: 20, source: .environment))
        #expect(Self.operators(app: app).effective == HaltSetting(height: 30, source: .file))
        #expect(Self.operators(app: "0").effective == nil)
        #expect(Self.operators(["--halt-height", "7"]).effective?.height == 7)
        #expect(Self.operators(["--halt-height=5", "--halt-height=6"]).flag == 6)
        #expect(Self.operators(["--halt-height=0"], ["SIMD_HALT_HEIGHT=20"]).effective == nil)
        #expect(Self.operators(["--", "--halt-height=5"]).flag == nil)
        #expect(Self.operators([], ["SIMD_HALT_HEIGHT=x"]).effective == nil)
    }

    @Test func `an operator's own halt is honoured, a later one of the environment replaced`() {
        let plan = HaltSetting(height: 100, source: .plan)
        #expect(Self.operators().effective(wanting: 100) == plan)
        #expect(Self.operators(app: "0").effective(wanting: 100) == plan)
        #expect(Self.operators([], ["SIMD_HALT_HEIGHT=200"]).effective(wanting: 100) == plan)
        let lower = Self.operators([], ["SIMD_HALT_HEIGHT=50"]).effective(wanting: 100)
        #expect(lower == HaltSetting(height: 50, source: .environment))
        let flag = Self.operators(["--halt-height=200"]).effective(wanting: 100)
        #expect(flag == HaltSetting(height: 200, source: .flag))
        #expect(Self.operators(["--halt-height=0"]).effective(wanting: 100) == nil)
    }
}
