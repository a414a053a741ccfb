import CLinux
import FoundationEssentials
import Glibc
import Supervisor
import Testing

/// What a node answers by gRPC, by `Tests/GRPC/node.py`; gone with this value.
final class GRPCNode {
    private let folder: String
    private let process: TestProcess
    /// The server lives for as long as it is open.
    private let input: Int32

    /// For `.enabled(if:)`; where CI says so it has to be there.
    static var isWanted: Bool {
        access(python, X_OK) == 0 || getenv("CI").map { String(cString: $0) } == "true"
    }

    private static let repository =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    private static var python: String { repository + "/.build-grpc/bin/python3" }

    init() async throws {
        var template = Array("/tmp/switchyard-grpc-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("mkdtemp") }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { throw HarnessError("pipe") }
        self.folder = folder
        input = ends[1]
        process = try TestProcess(
            Self.python, [Self.repository + "/Tests/GRPC/node.py", folder],
            environment: ["PATH": "/usr/bin:/bin"], input: ends[0], log: folder + "/log")
        close(ends[0])
        try tell()
        try await eventually("gRPC is listened for") {
            access(folder + "/port", F_OK) == 0
        }
    }

    deinit {
        close(input)
        process.signal(SIGKILL)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Sets what is answered from now on.
    ///
    /// - Parameters:
    ///   - applied: Heights by plans' names.
    ///   - nodeID: Of who answers.
    func tell(
        plan: (name: String, height: Int, info: String)? = nil, applied: [String: Int] = [:],
        network: String = "simchain-1", nodeID: String = ""
    ) throws {
        var members: [String: JSONValue] = [
            "network": .string(network), "node_id": .string(nodeID),
            "applied": .object(applied.mapValues { .integer(Int64($0)) }),
        ]
        members["plan"] = plan.map {
            .object([
                "name": .string($0.name), "height": .integer(Int64($0.height)),
                "info": .string($0.info),
            ])
        }
        try JSONEncoder().encode(JSONValue.object(members))
            .write(to: URL(filePath: folder + "/chain.json"), options: .atomic)
    }

    var address: String {
        "127.0.0.1:" + text("port").filter { $0 != "\n" }
    }

    /// The methods that were called, in order.
    var asked: [String] {
        text("asked").split(separator: "\n").map(String.init)
    }

    /// Empty when there is none.
    private func text(_ name: String) -> String {
        let data = try? Data(contentsOf: URL(filePath: folder + "/" + name))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
