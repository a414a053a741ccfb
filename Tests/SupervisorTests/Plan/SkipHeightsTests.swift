import Testing

@testable import Supervisor

/// `--unsafe-skip-upgrades` as the daemon's own parser (pflag's IntSlice) takes it.
struct SkipHeightsTests {
    static let arguments: [(words: [String], heights: Set<Height>)] = [
        ([], []), (["start"], []), (["start", "--unsafe-skip-upgrades=10"], [10]),
        (["start", "--unsafe-skip-upgrades=10,20"], [10, 20]),
        (["start", "--unsafe-skip-upgrades", "10,20"], [10, 20]),
        (["start", "--unsafe-skip-upgrades", "10"], [10]),
        (["start", "--unsafe-skip-upgrades=10", "--unsafe-skip-upgrades", "20"], [10, 20]),
        (
            ["start", "--unsafe-skip-upgrades=10", "--x", "--unsafe-skip-upgrades=20,30"],
            [10, 20, 30]
        ),
        // The documented form: of the words only the first is taken.
        (["start", "--unsafe-skip-upgrades", "10", "20"], [10]),
        (["start", "--unsafe-skip-upgrades", "10", "as", "20"], [10]),
        (["start", "--unsafe-skip-upgrades", "10", "--x", "20"], [10]),
        (["start", "--unsafe-skip-upgrades"], []), (["start", "--unsafe-skip-upgrades="], []),
        (["start", "--unsafe-skip-upgrades", "--home", "10"], []),
        (["start", "--unsafe-skip-upgrades-x=10"], []), (["start", "unsafe-skip-upgrades=10"], []),
        (["start", "--unsafe-skip-upgrades=ten"], []), (["start", "10", "20"], []),
        (["start", "--unsafe-skip-upgrades=99999999999999999999"], []),
        (["start", "--unsafe-skip-upgrades=9223372036854775807"], [.max]),
    ]

    @Test(arguments: arguments)
    func `heights are read from the arguments`(words: [String], heights: Set<Height>) {
        #expect(SkipHeights.from(arguments: words) == heights)
    }

    static let environments: [(name: String, entry: String, heights: Set<Height>)] = [
        ("gaiad", "GAIAD_UNSAFE_SKIP_UPGRADES=10", [10]),
        ("gaiad", "GAIAD_UNSAFE_SKIP_UPGRADES=10,20", [10, 20]),
        ("gaiad", "GAIAD_UNSAFE_SKIP_UPGRADES=", []),
        ("gaiad", "gaiad_UNSAFE_SKIP_UPGRADES=10", []),
        ("gaiad", "SIMD_UNSAFE_SKIP_UPGRADES=10", []),
        ("gaiad", "UNSAFE_SKIP_UPGRADES=10", []),
        ("gaiad", "GAIAD_UNSAFE_SKIP_UPGRADES_X=10", []),
        ("my-chain.d", "MY_CHAIN_D_UNSAFE_SKIP_UPGRADES=7", [7]),
    ]

    @Test(arguments: environments)
    func `heights are read from the daemon's own variable`(
        name: String, entry: String, heights: Set<Height>
    ) {
        let environment = ["PATH=/bin", entry, "HOME=/"]
        #expect(SkipHeights.from(environment: environment, daemonName: name) == heights)
    }
}
