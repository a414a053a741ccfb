import Testing

@testable import Supervisor

/// Folders as Go's `url.PathEscape(strings.ToLower(name))` names them.
struct PlanNameTests {
    static let folders: [(name: String, lowered: String, kept: String)] = [
        ("v2", "v2", "v2"), ("V2", "v2", "V2"), ("myUpgrade", "myupgrade", "myUpgrade"),
        ("v1.0.0-rc.1", "v1.0.0-rc.1", "v1.0.0-rc.1"),
        ("some spaces", "some%20spaces", "some%20spaces"), (" ", "%20", "%20"),
        ("a/b", "a%2Fb", "a%2Fb"), ("../../etc", "..%2F..%2Fetc", "..%2F..%2Fetc"),
        ("a;b,c?d", "a%3Bb%2Cc%3Fd", "a%3Bb%2Cc%3Fd"), ("50%", "50%25", "50%25"),
        ("$&+:=@", "$&+:=@", "$&+:=@"), ("-_.~", "-_.~", "-_.~"), ("...", "...", "..."),
        ("!*'()", "%21%2A%27%28%29", "%21%2A%27%28%29"),
        (
            "\"<>[]{}|\\^`#", "%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60%23",
            "%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60%23"
        ),
        ("é", "%C3%A9", "%C3%A9"), ("É", "%C3%A9", "%C3%89"), ("🚀", "%F0%9F%9A%80", "%F0%9F%9A%80"),
        // One scalar to one scalar, whatever stands around it.
        ("İ", "i", "%C4%B0"), ("ΑΣ", "%CE%B1%CF%83", "%CE%91%CE%A3"), ("ß", "%C3%9F", "%C3%9F"),
        ("e\u{301}", "e%CC%81", "e%CC%81"), ("\u{202e}v2", "%E2%80%AEv2", "%E2%80%AEv2"),
        ("\u{feff}v2", "%EF%BB%BFv2", "%EF%BB%BFv2"),
    ]

    @Test(arguments: folders)
    func `the folder is Cosmovisor's`(name: String, lowered: String, kept: String) throws {
        let lower = try PlanName(name, case: .lowered)
        #expect(lower.directory == lowered)
        #expect(try PlanName(name, case: .kept).directory == kept)
        #expect(lower.text == name)
        #expect(lower.directory.utf8.count <= 255)
        #expect(!lower.directory.contains("/"))
    }

    static let refused: [(name: String, error: PlanNameError)] = [
        ("", .empty), (".", .dots), ("..", .dots), ("a\nb", .controlCharacter),
        ("\u{0}", .controlCharacter), ("v2\u{0}", .controlCharacter), ("\u{7f}", .controlCharacter),
        ("a\u{85}b", .controlCharacter), ("\u{1b}[31m", .controlCharacter),
        ("a\u{2028}b", .controlCharacter), ("a\u{2029}b", .controlCharacter),
        (String(repeating: "a", count: 129), .tooLong),
        (String(repeating: "é", count: 65), .tooLong),
        // 64 times two bytes, each of which is three as a folder.
        (String(repeating: "é", count: 64), .tooLong),
        (String(repeating: " ", count: 86), .tooLong),
    ]

    @Test(arguments: refused)
    func `a name that would be no folder, or none of its own, is refused`(
        name: String, error: PlanNameError
    ) {
        for letters in [PlanName.LetterCase.lowered, .kept] {
            #expect(throws: error) { try PlanName(name, case: letters) }
        }
        #expect(!error.description.isEmpty)
    }

    @Test func `the longest names are taken`() throws {
        let bytes = String(repeating: "a", count: 128)
        #expect(try PlanName(bytes, case: .lowered).directory == bytes)
        let spaces = String(repeating: " ", count: 85)
        #expect(try PlanName(spaces, case: .lowered).directory.utf8.count == 255)
    }

    @Test func `two names are one plan when their folders are one`() throws {
        #expect(try PlanName("V2", case: .lowered) == PlanName("v2", case: .lowered))
        #expect(try PlanName("V2", case: .kept) != PlanName("v2", case: .kept))
        #expect(
            try Set([PlanName("V2", case: .lowered), PlanName("v2", case: .lowered)]).count == 1)
        // Look-alikes are not.
        #expect(try PlanName("é", case: .lowered) != PlanName("e\u{301}", case: .lowered))
    }
}
