import Testing

@testable import EndToEndTests

extension SystemdTests {
    /// What systemd itself thinks of our unit files.
    @Suite struct UnitFileTests {
        @Test(arguments: ["switchyard@.service", "switchyard@.socket"])
        func `systemd finds nothing wrong with it`(file: String) async throws {
            let box = try #require(BoxTrait.box)
            let answer = try await box.run(
                "systemd-analyze", ["verify", "--man=no", "/etc/systemd/system/\(file)"])
            #expect(answer.output == "")
            #expect(answer.code == 0)
        }

        @Test func `its exposure is rated as low`() async throws {
            let box = try #require(BoxTrait.box)
            // Tenths; systemd calls less than 2 OK, and from 5 on medium.
            let answer = try await box.run(
                "systemd-analyze",
                [
                    "security", "--offline=true", "--threshold=20", "--no-pager",
                    "/etc/systemd/system/switchyard@.service",
                ])
            #expect(answer.code == 0, "\(answer.output)")
            let lines = answer.output.split(separator: "\n").map(String.init)
            print(try #require(lines.last { $0.contains("exposure level") }))
        }
    }
}
