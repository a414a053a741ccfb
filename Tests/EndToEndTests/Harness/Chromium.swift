import FoundationEssentials
import Glibc
import Testing

/// A real browser, without a window.
///
/// `evil.test` is 127.0.0.2 to it, `other.test` is 127.0.0.1, and beyond these and this host itself
/// it knows no name.
enum Chromium {
    /// Where CI says so it has to be there.
    static var isThere: Bool {
        access(program, X_OK) == 0 || getenv("CI").map { String(cString: $0) } == "true"
    }

    private static let program = "/usr/bin/chromium"
    static let pages =
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        + "/Browser"

    /// Opens an address until a file is there, and ends.
    static func visit(_ address: String, until file: String, in node: TestNode) async throws {
        let process = try start([address], in: node)
        try await eventually("the page reports\n\(text(of: node))") { node.exists(file) }
        // With its processes, which a killed one would leave to themselves for a while.
        process.signal(SIGTERM)
        try await eventually("Chromium ends") { process.exitCode() != nil }
    }

    /// What a page has become once it was loaded; what the browser asked the network for is in the
    /// file `network`.
    static func document(of address: String, in node: TestNode) async throws -> String {
        let network = "--log-net-log=\(node.path)/network"
        let process = try start(["--dump-dom", network, address], in: node)
        try await eventually("Chromium ends\n\(text(of: node))") { process.exitCode() != nil }
        return text(of: node)
    }

    private static func text(of node: TestNode) -> String {
        (try? node.read("chromium.log")) ?? ""
    }

    private static func start(_ arguments: [String], in node: TestNode) throws -> TestProcess {
        let names = "MAP evil.test 127.0.0.2, MAP other.test 127.0.0.1, "
        return try TestProcess(
            program,
            [
                // Root, as which tests run in a container, has no sandbox.
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--user-data-dir=\(node.path)/chromium",
                "--host-resolver-rules=\(names)MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.*",
            ] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": node.path],
            log: node.path + "/chromium.log")
    }
}

/// The site that `Tests/Browser/attacker.py` is.
struct AttackerSite {
    private let process: TestProcess

    /// - Parameter places: as the program takes them.
    init(_ places: [String], in node: TestNode) async throws {
        process = try TestProcess(
            "/usr/bin/python3", [Chromium.pages + "/attacker.py", node.path] + places,
            environment: ["PATH": "/usr/bin:/bin"], log: node.path + "/attacker.log")
        try await eventually("the site listens\n\((try? node.read("attacker.log")) ?? "")") {
            node.exists("listening")
        }
    }
}

/// What a page has got by one attempt.
struct AttackView: Decodable, CustomStringConvertible {
    let base: String
    let attempt: String
    let outcome: String
    let text: String

    var description: String { "\(base) \(attempt): \(outcome) \(text)" }
}
