import Testing

@testable import Supervisor

/// The switch is unproven while our record lies there and `current` is its plan's folder.
struct ProvisionalTests {
    private static func provisional(
        record: String, current: CurrentRelease, file: PlanFile.Content = .absent
    ) -> UpgradePlan? {
        var facts = Facts(current: current)
        facts.file = file
        facts.due = .sample(record, at: 100)
        return PlanJudge(facts).verdict.provisional
    }

    private static func folder(_ name: String) -> CurrentRelease {
        .upgrade(directory: name, height: nil)
    }

    @Test func `a record of the plan that runs makes it provisional, whatever the file says`()
        throws
    {
        let plan = try UpgradePlan.sample()
        let next = try UpgradePlan.sample("v3", at: 200)
        let files: [PlanFile.Content] = [
            .absent, .empty, .broken("it is half"), .unusable("it is a pipe"), .plan(plan),
            .plan(next),
        ]
        for file in files {
            let found = Self.provisional(record: "v2", current: Self.folder("v2"), file: file)
            #expect(found == plan)
            #expect(found?.height == 100)
        }
    }

    @Test func `the record's name finds its folder in either case`() {
        for (record, folder) in [("V2", "v2"), ("V2", "V2"), ("some spaces", "some%20spaces")] {
            let found = Self.provisional(record: record, current: Self.folder(folder))
            #expect(found?.name.directory == folder)
            #expect(found?.name.text == record)
        }
    }

    @Test func `a record of another plan, or none, makes nothing provisional`() throws {
        for current in [CurrentRelease.genesis, Self.folder("v1"), .broken(.sample)] {
            #expect(Self.provisional(record: "v2", current: current) == nil)
        }
        #expect(Self.provisional(record: "..", current: Self.folder("v2")) == nil)
        let facts = Facts(current: Self.folder("v2"))
        #expect(PlanJudge(facts).verdict.provisional == nil)
    }
}
