import FoundationEssentials
import Testing

/// `docs/security.md` names tests that there are.
struct SecurityPageTests {
    private let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/"))

    @Test func `each row of the threats has tests that there are, or says when it will`() throws {
        let rows = try text("docs/security.md").split(separator: "\n").filter {
            $0.starts(with: /\| [0-9]+ \|/)
        }
        #expect(rows.count == 29)
        let known = try names()
        for row in rows {
            let cell = row.split(separator: "|").last ?? ""
            let named = cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
            #expect(!named.isEmpty || cell == " with the staging work ", "\(row)")
            for name in named { #expect(known.contains(name), "\(name)") }
        }
    }

    /// Of all test functions, as sentences.
    private func names() throws -> Set<String> {
        let files = try FileManager.default.subpathsOfDirectory(atPath: root + "/Tests")
        return try files.filter { $0.hasSuffix(".swift") }.reduce(into: []) { names, file in
            let text = try text("Tests/" + file)
            names.formUnion(text.matches(of: /func\s+`([^`]+)`/).map { String($0.output.1) })
        }
    }

    private func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: root + "/" + file)), as: UTF8.self)
    }
}
