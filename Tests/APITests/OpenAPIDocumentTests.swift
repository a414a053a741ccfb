import FoundationEssentials
import Glibc
import Testing
import Yams

@testable import API
@testable import Supervisor

/// `/openapi.json` is `openapi.yaml`.
struct OpenAPIDocumentTests {
    private static let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/"))

    private let yaml: Node

    init() throws {
        let data = try Data(contentsOf: URL(filePath: Self.root + "/openapi.yaml"))
        yaml = try #require(try compose(yaml: String(decoding: data, as: UTF8.self)))
    }

    @Test func `what is served says what the file says`() async throws {
        let answer = try await Router(board: StatusBoard(.bare)).get(
            "/openapi.json", as: .anonymous)
        #expect(answer.status == .ok)
        #expect(answer.header("Content-Type") == "application/json")
        let served = try JSONDecoder().decode(JSON.self, from: Data(answer.text.utf8))
        #expect(served == JSON(yaml), "run `make openapi`")
    }

    @Test func `every operation has a name of its own`() throws {
        let items = try #require(yaml["paths"]?.mapping).values.compactMap(\.mapping)
        let names = items.flatMap { $0.values.compactMap { $0["operationId"]?.string } }
        #expect(names.count == items.reduce(0) { $0 + $1.count })
        #expect(Set(names).count == names.count, "\(names.sorted())")
    }

    /// Rewrites the source file when told so, as `make openapi` does.
    @Test(.enabled(if: getenv("SWITCHYARD_WRITE_OPENAPI") != nil))
    func `the source file is written anew`() throws {
        let text =
            "// Made of openapi.yaml by `make openapi`.\n// swift-format-ignore-file\n"
            + "\nenum OpenAPIDocument {\n    static let json = #\"\"\"\n"
            + JSON(yaml).lines(depth: 2).map { "        \($0)\n" }.joined()
            + "        \"\"\"#\n}\n"
        try Data(text.utf8).write(
            to: URL(filePath: Self.root + "/Sources/API/OpenAPIDocument.swift"))
    }
}
