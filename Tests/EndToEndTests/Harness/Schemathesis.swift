import Glibc
import Testing

/// The client that makes requests up from the API's description; `Scripts/fetch-schemathesis` gets it.
enum Schemathesis {
    /// Where tests must not be skipped it is run, and fails when it is missing.
    static var isWanted: Bool {
        access(program, X_OK) == 0 || getenv("CI").map { String(cString: $0) } == "true"
    }

    /// Tries all that the description has, with a token that may operate.
    ///
    /// - Parameter folder: takes the report, as the file `schemathesis`.
    /// - Returns: the exit code, 0 when it has found nothing.
    static func run(port: UInt16, token: String, in folder: String) async throws -> Int32 {
        let process = try TestProcess(
            "/bin/sh",
            [
                "-c", "cd \"$0\" && exec \"$1\" run --no-color \"$2\"",
                repository + "/Tests/Schemathesis", program,
                "http://localhost:\(port)/openapi.json",
            ],
            environment: [
                "PATH": "/usr/bin:/bin", "HOME": folder, "SWITCHYARD_TOKEN": token,
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
            ],
            log: folder + "/schemathesis")
        var code: Int32?
        try await eventually(within: .seconds(300), "Schemathesis ends") {
            code = process.exitCode()
            return code != nil
        }
        return code ?? -1
    }

    private static let program = repository + "/.build-schemathesis/bin/schemathesis"

    private static let repository = #filePath.split(separator: "/").dropLast(4)
        .map { "/" + $0 }.joined()
}
