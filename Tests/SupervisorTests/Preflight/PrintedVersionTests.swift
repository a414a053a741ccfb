import Testing

@testable import Supervisor

/// What of a program's output is taken for its version.
struct PrintedVersionTests {
    @Test(arguments: [
        ("v18.1.0\n", "v18.1.0", "v18.1.0"),
        ("WARNING: no config\n\nv0.50.11-rc1+x\n", "v0.50.11-rc1+x", "v0.50.11"),
        ("Geth\nVersion: 1.13.4-stable\nGo 1.21.3\n", "Version: 1.13.4-stable", "1.13.4"),
        ("HEAD-5f7074b\r\n", "HEAD-5f7074b", nil),
        ("v2", "v2", nil),
        ("\u{1b}[2Jv1.2.3", "\\u{1b}[2Jv1.2.3", nil),
        ("\u{202e}1.2", "\\u{202e}1.2", nil),
        ("99999999999999999999.1", "99999999999999999999.1", nil),
    ])
    func `the first line with a version in it is shown, and can do nothing`(
        text: String, line: String, version: String?
    ) {
        let printed = PrintedVersion(in: text)
        #expect(printed.line == line)
        #expect(printed.version == version.flatMap { DottedVersion($0) })
    }

    @Test func `a line is a hundred characters at most`() {
        for scalar in ["x", "\u{7}", "é", "e\u{301}"] {
            let line = PrintedVersion(in: String(repeating: scalar, count: 70_000)).line ?? ""
            #expect((50...100).contains(line.count) && line.hasSuffix("…"), "\(scalar)")
        }
        #expect(PrintedVersion(in: "\n \t\n").line == nil)
    }

    @Test(arguments: [
        ("v17.2.0", "v18", true), ("v17", "v18", true), ("v16.9.0", "v18", false),
        ("v18.0.0", "v18", false), ("v19.0.0", "v18", false), ("17.2.0", "v18", false),
        ("v18.0.1", "v18.1.0", true), ("v18.1.0", "v18.1.0", false), ("v18.0", "v18.1.0", false),
        ("v0.9.0", "v0.26.0", true), ("v1.2.0.1", "v1.2.0.2", true),
        ("v9223372036854775807.0", "v1", false),
    ])
    func `a version is behind a name only where both are of one form`(
        version: String, name: String, isBehind: Bool
    ) throws {
        let (version, name) = (
            try #require(DottedVersion(version)), try #require(DottedVersion(name))
        )
        #expect(version.isBehind(name) == isBehind)
    }

    @Test(arguments: ["", "v", "v1.", "1..2", "v8-rho.1x", "theta", "1.2.3.4.5", "-1", "٣.1"])
    func `what is no version is none`(text: String) {
        let isVersion = text == "v8-rho.1x"
        #expect((DottedVersion(text) != nil) == isVersion)
    }
}
