import FoundationEssentials
import Testing

@testable import Supervisor

struct ReleaseManifestTests {
    static let one = String(repeating: "1", count: 64)
    static let two = String(repeating: "2", count: 64)

    static func manifest(
        chainID: String = "pion-1", plan: String = "v2", sequence: Int64 = 3,
        notBefore: Date? = nil, expiresAt: Date? = nil,
        files: [String: ReleaseManifest.Content] = [
            "bin/gaiad": .init(sha256: one, size: 10),
            "lib/libwasmvm.so": .init(sha256: two, size: 5),
        ]
    ) throws -> ReleaseManifest {
        try ReleaseManifest(
            chainID: chainID, plan: plan, sequence: sequence, notBefore: notBefore,
            expiresAt: expiresAt,
            platforms: [
                "linux/amd64": .init(downloads: [.init(sha256: two, size: 7)], files: files)
            ])
    }

    private static let text = """
        {
          "manifest": 1,
          "chain_id": "pion-1",
          "plan": "v2",
          "sequence": 3,
          "not_before": "2026-12-01T00:00:00Z",
          "expires_at": "2027-12-01T00:00:00Z",
          "platforms": {
            "linux/amd64": {
              "downloads": [
                {"sha256": "\(two)", "size_bytes": 7}
              ],
              "files": [
                {"path": "bin/gaiad", "sha256": "\(one)", "size_bytes": 10},
                {"path": "lib/libwasmvm.so", "sha256": "\(two)", "size_bytes": 5}
              ]
            }
          }
        }

        """

    private func error(_ text: String) -> ReleaseManifestError? {
        do throws(ReleaseManifestError) {
            _ = try ReleaseManifest(json: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `it is written in one form and read from it`() throws {
        let manifest = try Self.manifest(
            notBefore: Date(timeIntervalSince1970: 1_796_083_200),
            expiresAt: Date(timeIntervalSince1970: 1_827_619_200))
        #expect(manifest.json == Self.text)
        #expect(try ReleaseManifest(json: Array(Self.text.utf8)) == manifest)
        let bare = try ReleaseManifest(
            chainID: "a\"\\b", plan: "v2 \u{e4}/\"", sequence: .max,
            platforms: ["linux/arm64": .init(files: ["bin/a b": .init(sha256: Self.one, size: 0)])])
        #expect(try ReleaseManifest(json: Array(bare.json.utf8)) == bare)
        #expect(!bare.json.contains("downloads"))
    }

    @Test func `space and order do not matter`() throws {
        let compact = Self.text.replacing("\n", with: "").replacing("  ", with: "")
        #expect(error(compact) == nil)
        let moved = Self.text.replacing("  \"sequence\": 3,\n", with: "")
            .replacing("{\n  \"manifest\"", with: "{\n  \"sequence\": 3,\n  \"manifest\"")
        #expect(try ReleaseManifest(json: Array(moved.utf8)).json == Self.text)
    }

    @Test(arguments: [
        ("\"manifest\": 1", "\"manifest\": 2", ReleaseManifestError.version(2)),
        ("\"manifest\": 1", "\"manifest\": 1, \"x\": 1", .unknownMember("\"x\"")),
        ("\"manifest\": 1", "\"manifest\": 1, \"manifest\": 1", .repeatedMember),
        ("\"sequence\": 3", "\"sequence\": 3, \"sequence\": 4", .repeatedMember),
        ("\"size_bytes\": 10", "\"size_bytes\": 10, \"mode\": 1", .unknownMember("mode")),
        ("\"size_bytes\": 10", "\"size_bytes\": 10, \"size_bytes\": 10", .repeatedMember),
        ("\"size_bytes\": 7", "\"size_bytes\": 7, \"path\": \"a\"", .unknownMember("path")),
        ("\"lib/libwasmvm.so\"", "\"bin/gaiad\"", .repeatedMember),
        (
            "\"linux/amd64\": {", "\"linux/amd64\": {\"files\": []}, \"linux/amd64\": {",
            .noExecutable("")
        ),
        ("\"platforms\": {", "\"platforms\": {}, \"platforms\": {", .invalid("platforms")),
        ("\"pion-1\"", "\"\"", .invalid("chain_id")),
        ("\"pion-1\"", "\"a b\"", .invalid("chain_id")),
        ("\"v2\"", "\"..\"", .invalid("plan")), ("\"v2\"", "\"a\\nb\"", .invalid("plan")),
        ("\"sequence\": 3", "\"sequence\": 0", .invalid("sequence")),
        ("\"sequence\": 3", "\"sequence\": -1", .invalid("sequence")),
        ("2027-12-01", "2026-12-01", .invalid("expires_at")),
        ("2027-12-01", "2027-13-01", .invalid("expires_at")),
        ("2026-12-01T00", "2026-12-01t00", .invalid("not_before")),
        ("bin/gaiad", "sbin/gaiad", .noExecutable("\"platforms.linux/amd64\"")),
        ("lib/libwasmvm.so", "../lib", .path("../lib")),
        ("lib/libwasmvm.so", "/lib", .path("/lib")),
        ("lib/libwasmvm.so", "lib//a", .path("lib//a")),
        ("lib/libwasmvm.so", "lib/./a", .path("lib/./a")), ("lib/libwasmvm.so", "", .path("")),
        ("lib/libwasmvm.so", "lib/", .path("lib/")),
        ("lib/libwasmvm.so", "lib/\u{e9}", .path("lib/\u{e9}")),
        ("lib/libwasmvm.so", "a\\u0000", .path("a\0")),
        ("lib/libwasmvm.so", "upgrade-info.json", .path("upgrade-info.json")),
        ("\"size_bytes\": 5", "\"size_bytes\": -5", .invalid("platforms.linux/amd64")),
        (one, "1", .invalid("platforms.linux/amd64")),
        (one, String(repeating: "A", count: 64), .invalid("platforms.linux/amd64")),
    ])
    func `what is out of bounds is named`(
        part: String, change: String, expected: ReleaseManifestError
    ) throws {
        let found = try #require(error(Self.text.replacing(part, with: change)))
        switch (found, expected) {
        case (.unknownMember(let path), .unknownMember(let name)):
            #expect(path.hasSuffix(name.filter { $0 != "\"" }))
        case (.noExecutable, .noExecutable): break
        default: #expect(found == expected)
        }
    }

    @Test(arguments: [
        ("\"sequence\": 3", "\"sequence\": \"3\"", "\"sequence\" is of another form"),
        ("\"sequence\": 3", "\"sequence\": null", "\"sequence\""),
        ("\"sequence\": 3", "\"sequence\": 3.5", "no JSON"),
        ("\"sequence\": 3", "\"sequence\": 9223372036854775808", "no JSON"),
        ("\"2027-12-01T00:00:00Z\"", "null", "\"expires_at\""),
        ("  \"sequence\": 3,\n", "", "\"sequence\" is missing"),
        ("\"platforms\": {", "\"platforms\": {,", "no JSON"),
        ("\n}\n", "\n}\n{}", "no JSON"), ("{\n  \"manifest\"", "[{\n  \"manifest\"", "an object"),
        ("{\n  \"manifest\"", "\u{feff}{\n  \"manifest\"", "an object"),
        ("{\"sha256\"", "{\"x\": [[[[[]]]]], \"sha256\"", "too deep"),
    ])
    func `another form is no manifest`(part: String, change: String, words: String) {
        guard case .malformed(let reason) = error(Self.text.replacing(part, with: change)) else {
            Issue.record("\(String(describing: error(Self.text.replacing(part, with: change))))")
            return
        }
        #expect(reason.contains(words), "\(reason)")
    }

    @Test func `no size or depth does harm`() {
        #expect(error(String(repeating: "{\"a\":", count: 100_000)) == .malformed("it is too deep"))
        #expect(error(String(repeating: " ", count: 1 << 21)) == .tooLarge)
        #expect(error("") == .malformed("it must be an object in UTF-8"))
        #expect(throws: ReleaseManifestError.self) {
            try ReleaseManifest(json: [0x7b, 0xff, 0x7d])
        }
        let utf16 = Array("{}".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
        #expect(throws: ReleaseManifestError.self) { try ReleaseManifest(json: utf16) }
    }
}
